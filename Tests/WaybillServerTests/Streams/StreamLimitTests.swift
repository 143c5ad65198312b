import Access
import AsyncHTTPClient
import EventStreams
import Foundation
import LogSupport
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import WaybillServer

/// The limits of streams. A limit is reported in frames, since any status other than 200 makes a browser give up for
/// good.
@Suite struct StreamLimitTests {
    private func ended(_ blocks: [String], _ reason: String) -> Bool {
        blocks.last?.contains("event: bye\ndata: {\"reason\":\"\(reason)\"}") ?? false
    }

    @Test func aStreamBeyondTheMaximumIsEndedWithOverload() async throws {
        try await TestService.with { settings in
            settings.streams.maximumStreams = 2
        } _: { service in
            let staff = try await service.token(.staff)
            var open = try await StreamClient(service, "/v1/stream", token: staff)
            let customers = try await StreamClient(service, "/v1/customers/c-1/stream?shop=aurora", token: staff)
            #expect(try await open.next()?.hasPrefix("retry: ") == true)
            #expect(customers.response.status == .ok)
            var refused = try await StreamClient(service, "/v1/stream", token: staff)
            #expect(refused.response.status == .ok)
            let blocks = try await refused.rest()
            #expect(blocks.first?.hasPrefix("retry: ") == true)
            #expect(blocks.last?.hasPrefix("retry: ") == true)
            #expect(ended(blocks, "overload"))
            var plain = try await StreamClient(service, "/v1/stream?plain=true", token: staff)
            #expect(try await plain.rest().last?.contains("data: {\"type\":\"bye\",\"reason\":\"overload\"}") == true)
        }
    }

    /// Customers have a rate limit. Beyond it, a stream ends with a frame instead of 429.
    @Test func aCustomerBeyondTheRateLimitIsToldInAFrame() async throws {
        try await TestService.with { service in
            let customer = try await service.token(.customer, shops: "aurora", subject: "eager")
            let path = "/v1/customers/eager/stream"
            // Other requests of the customer, which get 429, use up the rate until a stream is refused.
            let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let request = service.request(.GET, "/v1/orders/none", token: customer)
                        while !Task.isCancelled {
                            _ = try await service.send(request).body.collect(upTo: 1 << 16)
                        }
                        return false
                    }
                }
                group.addTask {
                    for _ in 0..<200 {
                        var client = try await StreamClient(service, path, token: customer)
                        #expect(client.response.status == .ok)
                        _ = try await client.next()
                        if ended([try await client.next() ?? ""], "overload") { return true }
                    }
                    return false
                }
                let isRefused = try await group.next() ?? false
                group.cancelAll()
                // A request that was cancelled throws, and its error does not count.
                while let result = await group.nextResult() { _ = result }
                return isRefused
            }
            #expect(refused)
        }
    }

    @Test func aStreamBeyondItsMaximumAgeIsResumedWithoutALoss() async throws {
        try await TestService.with { settings in
            settings.streams.maximumAge = .milliseconds(300)
        } _: { service in
            let staff = try await service.token(.staff)
            let backend = try await service.token()
            _ = try await service.post("/v1/orders", Samples.place(), token: backend)
            var client = try await StreamClient(service, "/v1/stream", token: staff)
            let blocks = try await client.rest()
            #expect(ended(blocks, "maxAge"))
            let place = try #require(blocks.dropLast().last)
            #expect(place.hasPrefix("id: ") && !place.contains("\n"))
            _ = try await service.post("/v1/orders", Samples.place(), token: backend)
            var again = try await StreamClient(
                service,
                "/v1/stream",
                token: staff,
                lastEventId: String(place.dropFirst(4))
            )
            let missed = try await again.rest().filter { $0.contains("event: status") }
            #expect(missed.count == 1)
        }
    }

    @Test func theMetricsCountStreams() async throws {
        try await TestService.with { service in
            let (staff, backend) = try await (service.token(.staff), service.token())
            let operators = try await service.token(.operator)
            func metrics() async throws -> [String: String] {
                let response = try await service.send(service.request(.GET, "/metrics", token: operators))
                #expect(response.headers.first(name: "Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
                let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
                let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
                    line.split(separator: " ").map(String.init)
                }
                return Dictionary(samples.map { ($0[0], $0[1]) }) { $1 }
            }
            #expect(try await service.send(service.request(.GET, "/metrics", token: staff)).status == .forbidden)
            do {
                var client = try await StreamClient(service, "/v1/stream?after=garbage", token: staff)
                for _ in 0..<3 { _ = try await client.next() }
                // Events that come before the stream has reached its lane are read from the log, and have no lag.
                var events = 0
                let isObserved = try await eventually {
                    _ = try await service.post("/v1/orders", Samples.place(), token: backend)
                    #expect(try await client.next()?.contains("event: status") == true)
                    events += 1
                    return try await eventually(within: .seconds(1)) {
                        try await metrics()["waybill_stream_lag_seconds_count"] == "1"
                    }
                }
                #expect(isObserved)
                let isCounted = try await eventually {
                    try await metrics()["waybill_stream_frames_total"] == "\(events)"
                }
                #expect(isCounted)
                let now = try await metrics()
                #expect(now[#"waybill_streams_open{kind="feed"}"#] == "1")
                #expect(now[#"waybill_stream_beginnings_total{outcome="malformed"}"#] == "1")
            }
            // The client has left with its scope.
            let isOver = try await eventually {
                try await metrics()[#"waybill_streams_ended_total{reason="left"}"#] == "1"
            }
            #expect(isOver)
            #expect(try await metrics()[#"waybill_streams_open{kind="feed"}"#] == "0")
        }
    }
}
