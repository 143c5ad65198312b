import AsyncHTTPClient
import Foundation
import LogSupport
import NIOCore
import NIOHTTP1
import OrderLog
import TestSupport
import Testing

@testable import OrderAPI

@Suite struct BulkTests {
    private func withClient<R: Sendable>(_ body: @Sendable (BulkClient) async throws -> R) async throws -> R {
        try await TestService.with { service in
            try await body(BulkClient(service: service, token: service.token()))
        }
    }

    @Test func everyLineIsAnsweredInItsOrder() async throws {
        try await withClient { client in
            let orders = (0..<150).map { _ in UUID() }
            // The lines of one order depend on each other, and lines of all other orders lie between them.
            let lines =
                orders.map { BulkClient.place($0) } + ["", "  \r"] + orders.map { BulkClient.line("confirmOrder", $0) }
                + orders.map {
                    let fields = #"{"parcelId":"p","lines":[{"lineId":"l1","quantity":2}]}"#
                    return BulkClient.line("packParcel", $0, fields)
                }
            let results = try await client.send(lines)
            #expect(results.map(\.line) == (Array(1...150) + Array(153...452)).map(Int64.init))
            #expect(results.allSatisfy { $0.result == "accepted" })
            #expect(results.map(\.orderId) == (orders + orders + orders).map { $0.uuidString.lowercased() })
            let positions = results.compactMap { $0.position.flatMap { LogPosition($0) } }
            #expect(positions.map(\.seq) == Array(1...450))
        }
    }

    @Test func aBadLineRefusesOnlyItself() async throws {
        try await withClient { client in
            let order = UUID()
            let long = String(repeating: "x", count: JSONBody.limit + 1)
            let placed = Samples.place(shop: "kumo").replacing("\n", with: "")
            let bad: [(line: String, code: String, pointers: [String])] = [
                ("{", "malformedJson", []),
                ("[1]", "malformedJson", []),
                (#"{"command":"addNote","command":"addNote"}"#, "duplicateKey", []),
                (long, "bodyTooLarge", []),
                ("{}", "invalidCommand", ["/command"]),
                (#"{"command":"explode"}"#, "invalidCommand", ["/command"]),
                (#"{"command":"confirmOrder"}"#, "invalidCommand", ["/orderId"]),
                (#"{"command":"confirmOrder","orderId":"A-1"}"#, "invalidCommand", ["/orderId"]),
                (BulkClient.line("confirmOrder", order, "{\"soon\":true}"), "invalidCommand", ["/soon"]),
                (
                    BulkClient.line("confirmOrder", order, #"{"commandId":"ü","ifMatch":"1"}"#), "invalidCommand",
                    ["/commandId", "/ifMatch"]
                ),
                (BulkClient.line("confirmOrder", order, #"{"ifMatch":7}"#), "versionMismatch", []),
                (BulkClient.line("confirmOrder", UUID()), "notFound", []),
                (BulkClient.line("placeOrder", UUID(), placed), "foreignShop", []),
                (BulkClient.place(order), "orderExists", []),
                (BulkClient.line("packParcel", order), "invalidCommand", ["/parcelId", "/lines"]),
                (BulkClient.line("closeOrder", order), "rejected", []),
            ]
            let lines = [BulkClient.place(order)] + bad.map(\.line) + [BulkClient.line("confirmOrder", order)]
            let results = try await client.send(lines)
            #expect(results.map(\.result) == ["accepted"] + bad.map { _ in "rejected" } + ["accepted"])
            #expect(results.map(\.line) == (1...lines.count).map(Int64.init))
            for (expected, result) in zip(bad, results.dropFirst()) {
                #expect(result.code == expected.code, "\(expected.line.prefix(100))")
                #expect(result.pointers == expected.pointers, "\(expected.line.prefix(100))")
                #expect(result.position == nil)
            }
            #expect(results[1...8].allSatisfy { $0.orderId == nil })
            #expect(results[9].orderId == order.uuidString.lowercased())
            #expect(results[13].status == 403)
            #expect(try await client.service.log.reader.head().seq == 2)
        }
    }

    @Test func aLineThatIsNotUTF8IsRefusedAlone() async throws {
        try await withClient { client in
            let bad = Array(#"{"command":""#.utf8) + [0xC3, 0x28] + Array("\"}\n".utf8)
            let results = try await client.send(bytes: bad + Array(BulkClient.place(UUID()).utf8))
            #expect(results.map(\.code) == ["invalidUtf8", nil])
            #expect(results.map(\.result) == ["rejected", "accepted"])
        }
    }

    @Test func aRepeatedLineIsADuplicateOnBothRoutes() async throws {
        try await withClient { client in
            let order = UUID()
            let path = "/v1/orders/\(order.uuidString.lowercased())/note"
            let note = #"{"text":"hello","visibility":"staff"}"#
            let lines = [
                BulkClient.place(order, commandId: "k-1"), BulkClient.line("addNote", order, commandId: "k-2", note),
            ]
            let first = try await client.send(lines)
            let again = try await client.send(lines)
            #expect(first.map(\.result) == ["accepted", "accepted"])
            #expect(again.map(\.result) == ["duplicate", "duplicate"])
            #expect(again.map(\.position) == first.map(\.position))
            let single = try await client.service.post(path, note, token: client.token, key: "k-2")
            #expect(single.response.headers.first(name: "Idempotent-Replayed") == "true")
            let other = try await client.send([BulkClient.line("confirmOrder", order, commandId: "k-2")])
            #expect(other.map(\.code) == ["commandIdReused"])
        }
    }

    @Test func resultsComeWhileTheRequestIsOpen() async throws {
        try await withClient { client in
            let (lines, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
            let order = UUID()
            let whole = BulkClient.place(order) + "\n"
            continuation.yield(ByteBuffer(string: String(whole.prefix(40))))
            let response = try await client.service.send(client.request(.stream(lines, length: .unknown)))
            #expect(response.status == .ok)
            #expect(response.headers.first(name: "Content-Type") == "application/x-ndjson")
            var reader = ResultReader(response.body)
            continuation.yield(ByteBuffer(string: String(whole.dropFirst(40))))
            #expect(try await reader.next()?.result == "accepted")
            continuation.yield(ByteBuffer(string: BulkClient.line("confirmOrder", order) + "\n"))
            #expect(try await reader.next()?.result == "accepted")
            continuation.finish()
            #expect(try await reader.next() == nil)
        }
    }

    @Test func acceptedLinesStayWhenTheClientLeaves() async throws {
        try await withClient { client in
            let orders = (0..<40).map { _ in UUID() }
            let all = orders.enumerated().map { BulkClient.place($1, commandId: "k-\($0)") }
            let (lines, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
            let sent = all.prefix(20).joined(separator: "\n") + "\n" + all[20].dropLast(10)
            continuation.yield(ByteBuffer(string: sent))
            let leaving = Task {
                let response = try await client.service.send(client.request(.stream(lines, length: .unknown)))
                var reader = ResultReader(response.body)
                var results: [BulkClient.Result] = []
                while results.count < 20, let result = try await reader.next() { results.append(result) }
                return results
            }
            #expect(try await leaving.value.map(\.result) == Array(repeating: "accepted", count: 20))
            continuation.finish()
            let again = try await client.send(all)
            #expect(again.map(\.result) == (0..<40).map { $0 < 20 ? "duplicate" : "accepted" })
        }
    }
}
