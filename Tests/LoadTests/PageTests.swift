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

    @Test func goalsTellWhatWasReached() {
        let machine = Machine(processor: "cpu", cores: 2, memory: "24 GB", kernel: "Linux 6", postgres: "15")
        var report = Report(scenario: "s", summary: "s", machine: machine)
        report.add("rate", of: "waybill", 9000, unit: "/s")
        report.add("ratio", of: "waybill : pgbench", 2.5, unit: "×")
        let goals = Goals.markdown { $0 == "commands" ? report : nil }.split(separator: "\n").filter {
            $0.hasPrefix("|")
        }
        #expect(
            goals.dropFirst(2) == [
                "| single commands by 64 connections | 9,000 /s | ≥ 8,000 /s | reached | `Scripts/bench commands` |",
                "| … beside pgbench's event and NOTIFY | 2.50 × | ≥ 3.00 × | missed | `Scripts/bench commands` |",
            ]
        )
    }

    /// A goal whose figure has another name than the runs give it would be left out without a word.
    @Test func goalsFindTheFiguresOfTheDocs() throws {
        let directory = Self.docs.appending(path: "performance")
        let page = try PerformancePage.make(from: directory)
        let rows = page.split(separator: "\n").filter { $0.contains(" | reached | ") || $0.contains(" | missed | ") }
        let measured = Goals.all.filter { goal in
            FileManager.default.fileExists(atPath: directory.appending(path: "\(goal.section).json").path)
        }
        #expect(rows.count == measured.count)
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
