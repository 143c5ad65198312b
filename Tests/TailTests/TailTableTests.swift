import Foundation
import Testing
import WaybillClient

@testable import waybill

@Suite struct TailTableTests {
    private func table(_ isPainted: Bool = false) -> TailTable {
        TailTable(paint: Paint(isOn: isPainted), time: LocalTime(zone: TimeZone(identifier: "Europe/Berlin") ?? .gmt))
    }

    @Test func eventsStandInColumns() throws {
        var table = table()
        let lines = [
            table.line(try Change.event("OrderPlaced", before: nil, status: "placed")),
            table.line(try Change.event("OrderConfirmed", before: "placed")),
            table.line(try Change.event("ParcelPacked", #"{"parcelId":"p1","lines":[]}"#)),
            table.line(
                try Change.event(
                    "ParcelScanned",
                    #"{"parcelId":"p1","code":"readyForPickup"}"#,
                    before: "outForDelivery",
                    status: "readyForPickup",
                    number: "NW-2026-000017",
                    shop: "nordwind-hamburg"
                )
            ),
            table.line(try Change.event("HoldReleased", #"{"holdId":"h-1"}"#, before: "onHold")),
        ]
        let golden = """
            2026-11-05 10:26:02  AU-10001  aurora    placed                  OrderPlaced
            2026-11-05 10:26:02  AU-10001  aurora    placed → preparing      OrderConfirmed
            2026-11-05 10:26:02  AU-10001  aurora    preparing               ParcelPacked      p1, 0 units
            2026-11-05 10:26:02  NW-2026-000017  nordwind-hamburg  outForDelivery → readyForPickup  ParcelScanned     p1, \
            readyForPickup
            2026-11-05 10:26:02  AU-10001        aurora            onHold → preparing               HoldReleased      h-1
            """
        #expect(lines == golden.split(separator: "\n").map(String.init))
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
                == "2026-07-05 11:26:02  AU-1      aurora    shipped                 (snapshot)        version 7"
        )
    }

    @Test func theStatusIsColouredWhereItChanges() throws {
        var table = table(true)
        let time = "\u{1B}[2m2026-11-05 10:26:02\u{1B}[0m"
        #expect(
            table.line(try Change.event("OrderCancelled", before: "placed", status: "cancelled"))
                == "\(time)  AU-10001  aurora    \u{1B}[31mplaced → cancelled    \u{1B}[0m  OrderCancelled"
        )
        #expect(
            table.line(try Change.event("OrderClosed", before: "delivered", status: "delivered"))
                == "\(time)  AU-10001  aurora    \u{1B}[2mdelivered             \u{1B}[0m  OrderClosed"
        )
        #expect(
            table.line(try Change.event("OrderPlaced", before: nil, status: "placed"))
                == "\(time)  AU-10001  aurora    placed                  OrderPlaced"
        )
    }

    @Test func numbersAndShopsCannotControlTheTerminalNorPushColumnsAway() throws {
        var table = table()
        let long = String(repeating: "x", count: 400)
        _ = table.line(try Change.event("OrderClosed", number: long))
        let line = table.line(try Change.event("OrderClosed", number: #"a\u001b[2Jb"#))
        #expect(line.hasPrefix("2026-11-05 10:26:02  a [2Jb" + String(repeating: " ", count: 28) + "  aurora"))
        #expect(!line.contains("\u{1B}"))
    }
}
