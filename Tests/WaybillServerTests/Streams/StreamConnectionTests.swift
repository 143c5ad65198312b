import Access
import Foundation
import LogSupport
import StrictJSON
import TestSupport
import Testing
import WaybillServer

/// Streams on connections that also carry other requests.
@Suite(.timeLimit(.minutes(2))) struct StreamConnectionTests {
    private func connection(_ service: TestService) throws -> RawConnection {
        try RawConnection(port: try #require(URL(string: service.url)?.port.flatMap(UInt16.init(exactly:))))
    }

    private func request(_ path: String, _ token: String? = nil, _ fields: String = "") -> String {
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        return "GET \(path) HTTP/1.1\r\nHost: test\r\n\(authorization)\(fields)\r\n"
    }

    private func send(_ text: String, on connection: RawConnection) {
        #expect(connection.send(text.utf8) == text.utf8.count)
    }

    private func text(_ connection: RawConnection) -> String { String(decoding: connection.received, as: UTF8.self) }

    /// - Returns: true once the connection has received the text and is still open.
    private func receives(_ wanted: String, _ connection: RawConnection) async throws -> Bool {
        try await eventually { connection.read() && text(connection).contains(wanted) }
    }

    @Test func aStreamMayFollowOtherRequests() async throws {
        try await TestService.with { service in
            let connection = try connection(service)
            for _ in 0..<2 { send(request("/healthz"), on: connection) }
            #expect(
                try await eventually {
                    connection.read() && text(connection).components(separatedBy: "200 OK").count == 3
                }
            )
            send(request("/v1/stream", try await service.token(.staff)), on: connection)
            #expect(try await receives("\n\nid: ", connection))
            let answer = try await service.post("/v1/orders", Samples.place(), token: service.token())
            let orderId = try #require(answer.body["orderId"]?.string)
            #expect(try await receives("\"orderId\":\"\(orderId)\"", connection))
        }
    }

    /// Responses come in the order of the requests (RFC 9112, section 9.3.2), and a stream is the last response.
    @Test func aPipelinedStreamWaitsForEarlierResponses() async throws {
        try await TestService.with { service in
            let connection = try connection(service)
            let staff = try await service.token(.staff)
            send(
                request("/v1/stats", staff) + request("/v1/orders", staff) + request("/v1/stream", staff)
                    + request("/healthz"),
                on: connection
            )
            #expect(try await receives("\n\nid: ", connection))
            let types = text(connection).split(separator: "\r\n").compactMap { line in
                line.lowercased().hasPrefix("content-type: ") ? String(line.dropFirst(14)) : nil
            }
            #expect(types == ["application/json", "application/json", "text/event-stream; charset=utf-8"])
            _ = try await service.post("/v1/orders", Samples.place(), token: service.token())
            #expect(try await receives("event: status", connection))
        }
    }

    @Test(arguments: [
        ("/v1/stream", false, "401 Unauthorized", "missingToken"),
        ("/v1/orders/x/stream", true, "404 Not Found", "notFound"),
        ("/v1/stream?color=red", true, "400 Bad Request", "invalidQuery"),
    ])
    func aRefusedStreamClosesTheConnection(path: String, hasToken: Bool, status: String, code: String) async throws {
        try await TestService.with { service in
            let connection = try connection(service)
            let token: String? = hasToken ? try await service.token(.staff) : nil
            send(request(path, token) + request("/healthz"), on: connection)
            #expect(try await eventually { !connection.read() })
            let answer = text(connection)
            #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\n"))
            let (head, body) = try #require(
                answer.range(of: "\r\n\r\n").map { (answer[..<$0.lowerBound], answer[$0.upperBound...]) }
            )
            let fields = head.lowercased()
            #expect(fields.contains("\r\ncontent-type: application/problem+json"))
            #expect(fields.contains("\r\nconnection: close"))
            #expect(fields.contains("\r\ncontent-length: \(body.utf8.count)"))
            #expect(fields.contains("\r\ndate: "))
            #expect(try JSONValue.parse(Array(body.utf8)).object?["code"]?.string == code)
        }
    }

    /// Malformed HTTP on a stream's path is answered as on any other path.
    @Test func malformedHTTPIsRefused() async throws {
        try await TestService.with { service in
            let connection = try connection(service)
            send("GET /v1/stream HTTP/1.1\r\nHost test\r\n\r\n", on: connection)
            #expect(try await eventually { !connection.read() })
            #expect(text(connection).hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        }
    }
}
