import Foundation
import Testing
import WaybillClient

@testable import waybill

@Suite struct TailTableTests {
    private func table(_ isPainted: Bool = false) -> TailTable {
        TailTable(paint: Paint(isOn: isPainted), time: LocalTime(zone: TimeZone(identifier: "Europe/Berlin") ?? .gmt))
    }

    private func events() throws -> [OrderChange] {
        [
            try Change.event("OrderPlaced", before: nil, status: "placed"),
            try Change.event("OrderConfirmed", before: "placed"),
            try Change.event("ParcelPacked", #"{"parcelId":"p1","lines":[]}"#),
            try Change.event(
                "ParcelScanned",
                #"{"parcelId":"p1","code":"readyForPickup","place":{"text":"羽田クロノゲート"}}"#,
                before: "outForDelivery",
                status: "readyForPickup"
            ),
            try Change.event("HoldReleased", #"{"holdId":"h-1"}"#, before: "onHold"),
        ]
    }

    @Test func eventsStandInColumnsFromTheFirstLineOn() throws {
        var table = table()
        let lines = try events().map { table.line($0) }
        let golden = """
            2026-11-05 10:26:02  AU-10001      aurora      placed                             OrderPlaced
            2026-11-05 10:26:02  AU-10001      aurora      placed → preparing                 OrderConfirmed
            2026-11-05 10:26:02  AU-10001      aurora      preparing                          ParcelPacked            p1, 0 units
            2026-11-05 10:26:02  AU-10001      aurora      outForDelivery → readyForPickup    ParcelScanned           p1, \
            readyForPickup, 羽田クロノゲート
            2026-11-05 10:26:02  AU-10001      aurora      onHold → preparing                 HoldReleased            h-1
            """
        #expect(lines == golden.split(separator: "\n").map(String.init))
    }

    @Test func aNarrowTerminalBreaksLinesBetweenWords() throws {
        var table = table()
        let text = try events().map { table.line($0, columns: 80) }.joined(separator: "\n")
        #expect(
            text == """
                2026-11-05
                10:26:02  AU-10001      aurora      → placed           OrderPlaced
                10:26:02  AU-10001      aurora      → preparing        OrderConfirmed
                10:26:02  AU-10001      aurora      preparing          ParcelPacked
                          p1, 0 units
                10:26:02  AU-10001      aurora      → readyForPickup   ParcelScanned
                          p1, readyForPickup, 羽田クロノゲート
                10:26:02  AU-10001      aurora      → preparing        HoldReleased
                          h-1
                """
        )
    }

    @Test(arguments: [40, 60, 80, 100, 131, 132, 160])
    func noLineIsWiderThanTheTerminal(columns: Int) throws {
        var table = table()
        let note = #"{"text":"\#(String(repeating: "a note of many words ", count: 20))","visibility":"staff"}"#
        for event in try events() + [Change.event("NoteAdded", note)] {
            for line in table.line(event, columns: columns).split(separator: "\n") {
                #expect(TerminalText.width(String(line)) <= max(columns, 55))
            }
        }
    }

    @Test func aWordIsBrokenOnlyWhereNoLineHoldsIt() {
        #expect(TerminalText.wrapped("one two  three", columns: 7) == ["one two", "three"])
        #expect(TerminalText.wrapped("a bcdefghi", columns: 4) == ["a", "bcde", "fghi"])
        #expect(TerminalText.wrapped("羽田 羽田羽", columns: 4) == ["羽田", "羽田", "羽"])
        #expect(TerminalText.wrapped("", columns: 4).isEmpty)
    }

    @Test func aSnapshotIsALineToo() throws {
        var table = table()
        let text = """
            {"orderId":"o","number":"AU-1","shop":"aurora","status":"shipped","version":7,
            "updatedAt":"2026-07-05T09:26:02.000000Z","lines":[]}
            """
        let snapshot = try JSONDecoder().decode(OrderSnapshot.self, from: Data(text.utf8))
        #expect(
            table.line(snapshot)
                == "2026-07-05 11:26:02  AU-1          aurora      shipped                            "
                + "(snapshot)              version 7"
        )
    }

    @Test func theStatusIsColouredWhereItChanges() throws {
        var table = table(true)
        let time = "\u{1B}[2m2026-11-05 10:26:02\u{1B}[0m"
        let head = "\(time)  AU-10001      aurora      "
        #expect(
            table.line(try Change.event("OrderCancelled", before: "placed", status: "cancelled"))
                == "\(head)\u{1B}[31mplaced → cancelled               \u{1B}[0m  OrderCancelled"
        )
        #expect(
            table.line(try Change.event("OrderClosed", before: "delivered", status: "delivered"))
                == "\(head)\u{1B}[2mdelivered                        \u{1B}[0m  OrderClosed"
        )
        #expect(
            table.line(try Change.event("OrderPlaced", before: nil, status: "placed"))
                == "\(head)placed                             OrderPlaced"
        )
    }

    @Test func textsNeitherControlTheTerminalNorMoveLaterLines() throws {
        var table = table()
        let long = String(repeating: "x", count: 400)
        _ = table.line(try Change.event("OrderClosed", number: long))
        let line = table.line(try Change.event("OrderClosed", number: #"a\u001b[2Jb"#))
        #expect(line.hasPrefix("2026-11-05 10:26:02  a [2Jb        aurora      preparing "))
        #expect(!line.contains("\u{1B}"))
    }
}
