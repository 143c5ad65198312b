import Foundation
import Testing

@testable import waybill_load

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct ReportTests {
    private static let machine = Machine(processor: "cpu", cores: 2, memory: "24 GB", kernel: "Linux 6", postgres: "15")

    private func report() -> Report {
        var report = Report(scenario: "commands", summary: "s", machine: Self.machine)
        report.add("rate", of: "waybill", 9000, unit: "/s")
        report.add("rate", of: "waybill", 8000, unit: "/s")
        report.add("rate", of: "waybill", 8500, unit: "/s")
        report.add("rate", of: "<&\"peer\u{0}>", 3000, unit: "/s")
        report.charts = [.init(title: "Commands & <more>", name: "rate")]
        return report
    }

    @Test func textOfAChartIsEscapedForXML() {
        #expect(ReportChart.escaped("a<b>&\"c\" ü\u{1}\u{FFFE}") == "a&lt;b&gt;&amp;&quot;c&quot; ü\u{FFFD}\u{FFFD}")
    }

    @Test func chartIsXMLWithABarForEachSubject() throws {
        let svg = ReportChart(report()).svg
        let parser = XMLParser(data: Data(svg.utf8))
        #expect(parser.parse())
        #expect(svg.components(separatedBy: "<rect").count == 3)
        #expect(svg.contains("8,500") && svg.contains("prefers-color-scheme: dark"))
    }

    @Test func reportSurvivesEncodingAsJSON() throws {
        let report = report()
        #expect(try JSONDecoder().decode(Report.self, from: JSONEncoder().encode(report)) == report)
        #expect(report.median("rate", of: "waybill") == 8500)
    }

    @Test func commandOfAReportHasNoPathsAndPorts() {
        let arguments = ["commands", "--json", "/tmp/x", "--runs", "3", "--port", "8080", "--half"]
        #expect(Report.withoutLocalOptions(arguments) == ["commands", "--runs", "3", "--half"])
    }

    @Test(arguments: [
        (0, "0"), (0.1234, "0.123"), (9.996, "10.00"), (12.34, "12.3"), (99.96, "100.0"), (1234.5, "1,235"),
        (1_234_567, "1,234,567"), (-5.5, "-5.50"), (.nan, "–"),
    ]) func numbersHaveThreeDigitsAndGroupedThousands(_ value: Double, _ text: String) {
        #expect(NumberFormat.text(value) == text)
    }

    @Test func tableAlignsItsColumns() {
        let table = TextTable(header: ["a", "b"], rows: [["x|y", "1"], ["z", "23"]], numeric: [1])
        #expect(table.plain == "a     b\n───────\nx|y   1\nz    23")
        #expect(table.markdown == "| a | b |\n| --- | ---: |\n| x\\|y | 1 |\n| z | 23 |")
    }
}
