import Foundation
import Testing

@testable import waybill_load

@Suite struct PageTests {
    private static let docs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "docs")

    @Test func pageOfTheDocsIsMadeOfItsTextsAndFigures() throws {
        let page = try PerformancePage.make(from: Self.docs.appending(path: "performance"))
        #expect(try String(contentsOf: Self.docs.appending(path: "performance.md"), encoding: .utf8) == page)
    }

    @Test func tablesOfSelectionsHaveRowsForSubjectsOrFigures() {
        let machine = Machine(processor: "cpu", cores: 2, memory: "24 GB", kernel: "Linux 6", postgres: "15")
        var report = Report(scenario: "s", summary: "s", machine: machine)
        report.add("rate", of: "a", 1000, unit: "/s")
        report.add("rate", of: "a", 3000, unit: "/s")
        report.add("time", of: "b", 2, unit: "s")
        let across = report.table(of: .init(title: "t", names: ["time", "rate"]))
        #expect(across.header == ["", "time, s", "rate, /s"])
        #expect(across.rows == [["a", "", "2,000 (1,000 – 3,000)"], ["b", "2.00", ""]])
        let upright = report.table(of: .init(title: "t", names: ["time", "rate"], isUpright: true))
        #expect(upright.header == ["", "a", "b"])
        #expect(upright.rows == [["time, s", "", "2.00"], ["rate, /s", "2,000 (1,000 – 3,000)", ""]])
    }
}
