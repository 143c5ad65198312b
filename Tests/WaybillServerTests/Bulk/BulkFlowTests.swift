import Access
import Foundation
import TestSupport
import Testing
import WaybillServer

@testable import OrderAPI

/// The bounds within which a bulk request is read.
@Suite(.timeLimit(.minutes(2))) struct BulkFlowTests {
    private func open(_ service: TestService, token: String?, type: String) throws -> RawConnection {
        let port = try #require(URL(string: service.url)?.port.flatMap(UInt16.init(exactly:)))
        let connection = try RawConnection(port: port)
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let head = """
            POST /v1/commands HTTP/1.1\r
            Host: test\r
            \(authorization)Content-Type: \(type)\r
            Transfer-Encoding: chunked\r
            \r

            """
        #expect(connection.send(head.utf8) == head.utf8.count)
        return connection
    }

    @Test func aClientThatReadsAfterwardsGetsEveryResult() async throws {
        try await TestService.with { service in
            let connection = try await open(service, token: service.token(), type: "application/x-ndjson")
            // More results than all sockets hold.
            let count = 40_000
            let lines = String(repeating: "{}\n", count: count)
            let body = "\(String(lines.utf8.count, radix: 16))\r\n\(lines)\r\n0\r\n\r\n"
            var rest = Array(body.utf8)[...]
            #expect(
                try await eventually {
                    guard let sent = connection.send(rest) else { return true }
                    rest = rest.dropFirst(sent)
                    return rest.isEmpty
                }
            )
            let end = "\r\n0\r\n\r\n"
            #expect(
                try await eventually {
                    !connection.read() || connection.received.suffix(end.utf8.count).elementsEqual(end.utf8)
                }
            )
            let results = connection.received.split(separator: UInt8(ascii: "\n"))
            #expect(results.count { $0.starts(with: "{\"line\":".utf8) } >= count - 1000)
            #expect(String(decoding: connection.received, as: UTF8.self).contains("{\"line\":\(count),"))
        }
    }

    /// Results that nobody takes wait in memory and in a file; without progress the connection ends.
    @Test func aClientThatTakesNoResultsLosesItsConnection() async throws {
        try await TestService.with({ $0.bulkPatience = .seconds(1) }) { service in
            let connection = try await open(service, token: service.token(), type: "application/x-ndjson")
            let lines = String(repeating: "{}\n", count: 40_000)
            let body = "\(String(lines.utf8.count, radix: 16))\r\n\(lines)\r\n0\r\n\r\n"
            var rest = Array(body.utf8)[...]
            // The whole is taken although no result is read; then the service gives up.
            #expect(
                try await eventually {
                    rest = rest.dropFirst(connection.send(rest) ?? 0)
                    return rest.isEmpty
                }
            )
            #expect(try await eventually { connection.send([0]) == nil })
            #expect(try await eventually { !connection.read() })
            #expect(!connection.received.suffix(7).elementsEqual("\r\n0\r\n\r\n".utf8))
        }
    }

    @Test(arguments: [
        ("", "application/x-ndjson", 401), ("staff", "application/x-ndjson", 403), ("backend", "text/plain", 415),
    ])
    func aRefusedClientIsNotReadFrom(role: String, type: String, status: Int) async throws {
        try await TestService.with { service in
            let token: String? =
                switch role {
                case "": nil
                case "staff": try await service.token(.staff)
                default: try await service.token()
                }
            let connection = try open(service, token: token, type: type)
            let sent = try await connection.sendUntilNobodyReads(String(repeating: "{}\n", count: 4096))
            // The sockets hold less than this. A service that reads would take more in the second before it closes.
            #expect(sent < 16 * 1024 * 1024)
            #expect(try await eventually { !connection.read() })
            let answer = String(decoding: connection.received, as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("Connection: close\r\n"))
            #expect(answer.contains("Content-Type: application/problem+json\r\n"))
        }
    }

    @Test func theWindowIsBoundedInLinesAndBytes() async throws {
        let window = BulkWindow(maximumLines: 3, maximumBytes: 100)
        func line(_ number: Int, bytes: Int) -> BulkWindow.Line {
            BulkWindow.Line(number: number, orderId: nil, byteCount: bytes, outcome: .refused(.notFound))
        }
        #expect(await window.reserve(bytes: 1000))
        window.append(line(1, bytes: 1000))
        let second = Task { await window.reserve(bytes: 1) }
        let first = try #require(await window.next())
        #expect(first.number == 1)
        #expect(window.popIfAvailable() == nil)
        window.release(first)
        #expect(await second.value)
        #expect(await window.reserve(bytes: 1))
        #expect(await window.reserve(bytes: 1))
        let fourth = Task { await window.reserve(bytes: 1) }
        window.abandon()
        #expect(await fourth.value == false)
        window.finish(.complete)
        #expect(await window.next() == nil)
    }
}
