import Testing

@testable import OrderLog

@Suite struct ExportSealTests {
    private let events = ["first", "second", "third"]

    /// The lines of an export, without their line feeds.
    private func export(_ events: [String]) -> [String] {
        var seal = ExportSeal()
        for event in events { seal.add((event + "\n").utf8) }
        return ([ExportSeal.begin] + events.map { Array(($0 + "\n").utf8) } + [seal.end])
            .map { String(decoding: $0.dropLast(), as: UTF8.self) }
    }

    /// - Returns: the lines that are events', and whether all of them are sealed.
    private func check(_ lines: [String]) throws -> (events: [String], isSealed: Bool) {
        var seals = ExportSealCheck()
        let events = try lines.filter { try seals.take(Array($0.utf8)) }
        try seals.finish()
        return (events, seals.isSealed)
    }

    @Test func theLastLineHoldsTheCountAndTheHashOfAllBefore() throws {
        // sha256sum of the three lines {"exportBegin":{"format":2}}, first and second.
        let digest = "debccb97fa37eb063db492e2af9d9cec7f4dc4582dd01c9cedaa918520f33d9b"
        #expect(export(["first", "second"]).last == #"{"exportEnd":{"events":2,"sha256":"\#(digest)"}}"#)
    }

    @Test func aWholeFileGivesItsEvents() throws {
        let whole = try check(export(events))
        #expect(whole.events == events && whole.isSealed)
        let none = try check(export([]))
        #expect(none.events.isEmpty && none.isSealed)
        let two = try check(export(["first"]) + export(["second", "third"]))
        #expect(two.events == events && two.isSealed)
    }

    @Test func aFileOfTheVersionBeforeIsNotSealed() throws {
        let old = try check(events)
        #expect(old.events == events && !old.isSealed)
    }

    @Test(arguments: 1..<5)
    func aFileThatEndsAtAnyLineIsRefused(count: Int) {
        #expect(throws: LogTransferError.self) { try check(Array(export(events).prefix(count))) }
    }

    @Test(arguments: 0..<5)
    func aLineThatIsLeftOutIsFound(index: Int) {
        var lines = export(events)
        lines.remove(at: index)
        #expect(throws: LogTransferError.self) { try check(lines) }
    }

    @Test func changedLinesAreFound() {
        let lines = export(events)
        for index in lines.indices {
            var changed = lines
            changed[index] = String(lines[index].dropLast()) + "!"
            #expect(throws: LogTransferError.self) { try check(changed) }
        }
        #expect(throws: LogTransferError.self) { try check([lines[0], lines[2], lines[1], lines[3], lines[4]]) }
        #expect(throws: LogTransferError.self) { try check(lines.dropLast() + export(["fourth"])) }
    }
}
