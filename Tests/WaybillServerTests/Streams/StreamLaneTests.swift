import Access
import AsyncHTTPClient
import Foundation
import LogSupport
import NIOCore
import NIOHTTP1
import StrictJSON
import TestSupport
import Testing
import WaybillServer

/// A stream's bytes on the wire, and its way to a lane.
@Suite struct StreamLaneTests {
    enum Kind: String, CaseIterable, Sendable {
        case order, customer, feed
    }

    @Test(arguments: Kind.allCases)
    func aStreamOfEachKindMovesToALane(kind: Kind) async throws {
        try await TestService.with { service in
            let bench = try await Bench(service)
            let stream = try await bench.open(kind)
            #expect(stream.statusLine == "HTTP/1.1 200 OK")
            #expect(
                stream.headers.filter { !["date", "server", "x-request-id"].contains($0.key) } == [
                    "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store, no-transform",
                    "x-accel-buffering": "no", "connection": "close", "transfer-encoding": "chunked",
                ]
            )
            let order = try await bench.get("/v1/orders/\(bench.order)")
            let beginning = stream.blocks
            #expect(beginning.first?.wholeMatch(of: /retry: [123][0-9]{3}/) != nil)
            switch kind {
            case .order: #expect(beginning.dropFirst() == ["event: snapshot\nid: \(bench.placed)\ndata: \(order)"])
            case .customer:
                #expect(beginning.dropFirst() == ["event: snapshot\ndata: \(order)", "id: \(bench.placed)"])
            case .feed: #expect(beginning.dropFirst() == ["id: \(bench.placed)"])
            }
            let isOnLane = try await eventually { try await bench.metric("waybill_streams_on_lanes") == 1 }
            #expect(isOnLane)
            #expect(try await bench.metric("waybill_streams_open{kind=\"\(kind)\"}") == 1)
            let before = stream.chunks.count
            try await bench.change()
            #expect(try await stream.waits { $0.blocks.count == beginning.count + 2 })
            let log = try await bench.get("/v1/orders/\(bench.order)/events", accepting: "application/x-ndjson")
            let events = log.split(separator: "\n").dropFirst()
            let frames = zip(["status", "update"], events).map { name, event in
                "event: \(name)\nid: \(position(of: event))\ndata: \(event)\n\n"
            }
            // Each frame is in a chunk of its own.
            #expect(Array(stream.chunks.dropFirst(before)) == frames)
            #expect(try await bench.metric("waybill_streams_on_lanes") == 1)
        }
    }

    /// Responses to HTTP/1.0 have no chunks.
    @Test func lanesServeConflatedStreamsAndHTTP10Clients() async throws {
        try await TestService.with { service in
            let bench = try await Bench(service)
            let conflated = try await bench.open(.feed, "?conflate=50")
            let old = try await bench.open(.feed, version: "1.0")
            #expect(old.statusLine == "HTTP/1.0 200 OK")
            #expect(old.headers["transfer-encoding"] == nil)
            #expect(old.headers["connection"] == "close")
            try await bench.change()
            #expect(try await conflated.waits { $0.text.contains("\"type\":\"NoteAdded\"") })
            #expect(try await old.waits { $0.text.contains("\"type\":\"NoteAdded\"") })
            #expect(try await bench.metric("waybill_streams_open{kind=\"feed\"}") == 2)
            #expect(try await bench.metric("waybill_streams_on_lanes") == 2)
        }
    }

    private func position(of event: Substring) -> String {
        let object = try? JSONValue.parse(Array(event.utf8)).object
        return object?["position"]?.string ?? "none"
    }
}

extension StreamLaneTests {
    /// One order of one customer, and the callers that read it.
    private struct Bench {
        let service: TestService
        let order: String
        let placed: String
        private let staff: String
        private let backend: String
        private let operators: String

        init(_ service: TestService) async throws {
            self.service = service
            (staff, backend) = try await (service.token(.staff), service.token())
            operators = try await service.token(.operator)
            let answer = try await service.post("/v1/orders", Samples.place(customer: "c-1"), token: backend)
            order = try #require(answer.body["orderId"]?.string)
            placed = try #require(answer.body["position"]?.string)
        }

        /// A stream that has begun.
        func open(_ kind: Kind, _ query: String = "", version: String = "1.1") async throws -> WireStream {
            let path =
                switch kind {
                case .order: "/v1/orders/\(order)/stream"
                case .customer: "/v1/customers/c-1/stream?shop=aurora"
                case .feed: "/v1/stream"
                }
            let stream = try WireStream(
                port: #require(URL(string: service.url)?.port),
                "GET \(path)\(query) HTTP/\(version)\r\nHost: test\r\nAuthorization: Bearer \(staff)\r\n\r\n"
            )
            guard try await stream.waits({ $0.text.contains("id: \(placed)\n") && $0.text.hasSuffix("\n\n") }) else {
                throw NotBegun(said: stream.text)
            }
            return stream
        }

        /// One event that changes the headline and one that does not.
        func change() async throws {
            for (command, body) in [("confirm", "{}"), ("note", #"{"text":"x","visibility":"customer"}"#)] {
                let answer = try await service.post("/v1/orders/\(order)/\(command)", body, token: backend)
                #expect(answer.response.status == .ok)
            }
        }

        func get(_ path: String, accepting type: String = "application/json") async throws -> String {
            var request = service.request(.GET, path, token: staff)
            request.headers.add(name: "Accept", value: type)
            return String(buffer: try await service.send(request).body.collect(upTo: 1 << 20))
        }

        func metric(_ name: String) async throws -> Double? {
            let response = try await service.send(service.request(.GET, "/metrics", token: operators))
            let lines = String(buffer: try await response.body.collect(upTo: 1 << 20)).split(separator: "\n")
            return lines.first { $0.hasPrefix(name + " ") }.flatMap { Double($0.dropFirst(name.count + 1)) }
        }
    }

    private struct NotBegun: Error { let said: String }

    /// A stream as its bytes stand on the connection.
    private final class WireStream {
        private let connection: RawConnection

        init(port: Int, _ request: String) throws {
            connection = try RawConnection(port: UInt16(port))
            guard connection.send(request.utf8) == request.utf8.count else { throw NotBegun(said: "") }
        }

        private var parts: (head: String, body: String) {
            let whole = String(decoding: connection.received, as: UTF8.self)
            guard let end = whole.range(of: "\r\n\r\n") else { return (whole, "") }
            return (String(whole[..<end.lowerBound]), String(whole[end.upperBound...]))
        }

        var statusLine: String { String(parts.head.prefix { $0 != "\r\n" }) }

        var headers: [String: String] {
            let lines = parts.head.components(separatedBy: "\r\n").dropFirst()
            return Dictionary(
                lines.map { line in
                    let name = line.prefix { $0 != ":" }
                    return (name.lowercased(), String(line.dropFirst(name.count + 2)))
                },
                uniquingKeysWith: { "\($0), \($1)" }
            )
        }

        /// The chunks of the body that are whole.
        var chunks: [String] {
            guard headers["transfer-encoding"] == "chunked" else { return [] }
            var (chunks, rest) = ([String](), Array(parts.body.utf8)[...])
            while let end = rest.firstIndex(of: 13), let size = Int(text(rest[..<end]), radix: 16),
                rest.endIndex >= end + 2 + size + 2
            {
                chunks.append(text(rest[(end + 2)..<(end + 2 + size)]))
                rest = rest[(end + 2 + size + 2)...]
            }
            return chunks
        }

        /// The body so far.
        var text: String { headers["transfer-encoding"] == nil ? parts.body : chunks.joined() }
        var blocks: [String] { text.components(separatedBy: "\n\n").dropLast() }

        func waits(_ condition: (WireStream) -> Bool) async throws -> Bool {
            try await eventually {
                _ = connection.read()
                return condition(self)
            }
        }

        private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }
    }
}
