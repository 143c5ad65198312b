import Access
import Foundation
import TestSupport
import Testing

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

    @Test func aClientThatReadsNoResultsIsNotReadFrom() async throws {
        try await TestService.with { service in
            let connection = try await open(service, token: service.token(), type: "application/x-ndjson")
            // Each line has a long result, so the unread results soon fill the sockets.
            let fields = (0..<100).map { "\"unknown-\($0)\":1" }.joined(separator: ",")
            let line = BulkClient.line("confirmOrder", UUID(), "{\(fields)}") + "\n"
            _ = try await connection.sendUntilNobodyReads(line)
            #expect(try await eventually { connection.read() && connection.received.count > 1_000_000 })
            #expect(String(decoding: connection.received.prefix(15), as: UTF8.self) == "HTTP/1.1 200 OK")
            // A full socket can be written again once a third of it is free, which may take over a megabyte. So the
            // client reads until it is read from.
            #expect(try await eventually { connection.read() && (connection.sendMore() ?? 0) > 0 })
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
        window.finish()
        #expect(await window.next() == nil)
    }
}
