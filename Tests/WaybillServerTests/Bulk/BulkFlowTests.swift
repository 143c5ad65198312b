import Access
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import WaybillServer

/// How much of a request is read, and when.
@Suite(.timeLimit(.minutes(2))) struct BulkFlowTests {
    /// An endless body that knows how much of it was taken.
    private final class Endless: AsyncSequence, AsyncIteratorProtocol, Sendable {
        private let chunk: ByteBuffer
        let taken = Mutex(0)
        let ended = Mutex(false)

        init(_ line: String) {
            chunk = ByteBuffer(string: String(repeating: line, count: 16_384 / line.utf8.count))
        }

        func makeAsyncIterator() -> Endless { self }

        func next() async throws -> ByteBuffer? {
            guard !ended.withLock({ $0 }) else { return nil }
            taken.withLock { $0 += chunk.readableBytes }
            return chunk
        }

        /// Waits until nothing more is taken.
        func standsStill() async throws -> Bool {
            try await eventually {
                let before = taken.withLock { $0 }
                try await Task.sleep(for: .milliseconds(300))
                return before > 0 && taken.withLock { $0 } == before
            }
        }
    }

    @Test func aClientThatDoesNotReadIsNotReadFrom() async throws {
        try await TestService.with { service in
            let client = BulkClient(service: service, token: try await service.token())
            let body = Endless(String(repeating: "x", count: 1023) + "\n")
            let response = try await service.send(client.request(.stream(body, length: .unknown)))
            #expect(try await body.standsStill())
            let before = body.taken.withLock { $0 }
            var reader = ResultReader(response.body)
            while body.taken.withLock({ $0 }) == before { #expect(try await reader.next()?.code == "malformedJson") }
            body.ended.withLock { $0 = true }
            while try await reader.next() != nil {}
        }
    }

    @Test(arguments: [
        ("", "application/x-ndjson", 401), ("staff", "application/x-ndjson", 403), ("backend", "text/plain", 415),
    ])
    func whoIsRefusedIsNotReadFrom(role: String, type: String, status: Int) async throws {
        try await TestService.with { service in
            let token = try await role == "staff" ? service.token(.staff) : service.token()
            var request = service.request(.POST, "/v1/commands", token: role.isEmpty ? nil : token)
            request.headers.add(name: "Content-Type", value: type)
            let body = Endless(String(repeating: "x", count: 1023) + "\n")
            request.body = .stream(body, length: .unknown)
            let response = try await service.send(request)
            #expect(Int(response.status.code) == status)
            #expect(response.headers.first(name: "Connection") == "close")
            #expect(response.headers.first(name: "Content-Type") == "application/problem+json")
            #expect(try await body.standsStill())
            // Far more would have been taken in that time if anybody had read it.
            #expect(body.taken.withLock { $0 } < 64 * 1024 * 1024)
        }
    }

    @Test func theWindowIsBoundedInLinesAndInBytes() async throws {
        let window = BulkWindow(maximumLines: 3, maximumWeight: 100)
        func line(_ number: Int, _ weight: Int) -> BulkWindow.Line {
            BulkWindow.Line(number: number, orderId: nil, weight: weight, outcome: .refused(.notFound))
        }
        #expect(await window.admit(1000))
        window.put(line(1, 1000))
        let second = Task { await window.admit(1) }
        let first = try #require(await window.next())
        #expect(first.number == 1)
        #expect(window.poll() == nil)
        window.release(first)
        #expect(await second.value)
        #expect(await window.admit(1))
        #expect(await window.admit(1))
        let fourth = Task { await window.admit(1) }
        window.abandon()
        #expect(await fourth.value == false)
        window.finish()
        #expect(await window.next() == nil)
    }
}
