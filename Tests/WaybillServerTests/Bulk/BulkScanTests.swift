import Foundation
import LogSupport
import Testing

@testable import OrderAPI

@Suite struct BulkScanTests {
    private func scan(_ number: String, _ scanId: String, shop: String? = "aurora") -> String {
        let place = shop.map { #""shop":"\#($0)","# } ?? ""
        return #"{"command":"recordScan",\#(place)"trackingNumber":"\#(number)","scanId":"\#(scanId)","#
            + #""code":"inTransit","occurredAt":"2026-01-02T10:00:00Z"}"#
    }

    /// The lines that ship a new order in one parcel.
    private func shipped(_ order: UUID, _ number: String) -> [String] {
        let placement =
            Samples.place().replacing("\n", with: "").dropLast()
            + #","terms":"invoice","occurredAt":"2026-01-01T10:00:00Z"}"#
        return [
            BulkClient.line("placeOrder", order, String(placement)), BulkClient.line("confirmOrder", order),
            BulkClient.line("packParcel", order, #"{"parcelId":"p","lines":[{"lineId":"l1","quantity":2}]}"#),
            BulkClient.line(
                "dispatchParcel",
                order,
                #"{"parcelId":"p","carrier":"dhl","trackingNumber":"\#(number)"}"#
            ),
        ]
    }

    @Test func scanFindsTheParcelOfALineBeforeIt() async throws {
        try await TestService.with { service in
            let client = BulkClient(service: service, token: try await service.token())
            let order = UUID()
            let lines = shipped(order, "JD-7") + [scan("jd 7", "s1"), scan("jd7", "s1"), scan("jd8", "s1")]
            let results = try await client.send(lines)
            #expect(results.map(\.result) == Array(repeating: "accepted", count: 5) + ["duplicate", "rejected"])
            #expect(results[4].orderId == order.uuidString.lowercased())
            #expect(results[5].orderId == order.uuidString.lowercased())
            #expect(results[5].position == results[4].position)
            #expect(results[6].code == "unknownTrackingNumber")
            #expect(results[6].status == 404)
            #expect(results[6].orderId == nil)
        }
    }

    @Test func thousandsOfScanLinesAreAnsweredInTheirOrder() async throws {
        try await TestService.with { service in
            let client = BulkClient(service: service, token: try await service.token())
            let orders = (0..<200).map { (UUID(), "T-\($0)") }
            _ = try await client.send(orders.flatMap { shipped($0, $1) })
            let lines = (0..<15).flatMap { round in orders.map { scan($0.1, "s\(round)") } }
            let results = try await client.send(lines)
            #expect(results.count == 3000)
            #expect(results.allSatisfy { $0.result == "accepted" })
            let wanted = (0..<15).flatMap { _ in orders.map { $0.0.uuidString.lowercased() } }
            #expect(results.map(\.orderId) == wanted)
        }
    }

    @Test func lineNamesItsShopWhereTheTokenHasSeveral() async throws {
        try await TestService.with { service in
            let client = BulkClient(service: service, token: try await service.token())
            let results = try await client.send([scan("T", "s", shop: nil), scan("T", "s", shop: "kumo")])
            #expect(results.map(\.code) == ["invalidCommand", "foreignShop"])
            #expect(results[0].pointers == ["/shop"])
        }
    }

    @Test func knownFactIsADuplicateAlsoWithoutCommandId() async throws {
        try await TestService.with { service in
            let client = BulkClient(service: service, token: try await service.token())
            let order = UUID()
            let report = BulkClient.line(
                "recordPayment",
                order,
                #"{"paymentId":"m","kind":"failed","amount":{"amount":1,"currency":"EUR"},"providerRef":"r"}"#
            )
            let results = try await client.send([BulkClient.place(order), report, report])
            #expect(results.map(\.result) == ["accepted", "accepted", "duplicate"])
            #expect(results[2].position == results[1].position)
        }
    }
}
