import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import StrictJSON

/// A shop's backend in small: sends commands to the API and reads the answers.
struct APIClient: Sendable {
    let url: String
    let token: String
    private let http: HTTPClient

    struct Answer: Sendable {
        let status: Int
        let replayed: Bool
        let body: JSONObject
    }

    /// A client for as long as `body` runs.
    static func with<R>(url: String, token: String, _ body: (APIClient) async throws -> R) async throws -> R {
        try await body(APIClient(url: url.hasSuffix("/") ? String(url.dropLast()) : url, token: token, http: .shared))
    }

    func post(_ path: String, _ json: [UInt8], key: String?) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "Content-Type", value: "application/json")
        if let key { request.headers.add(name: "Idempotency-Key", value: key) }
        request.body = .bytes(json)
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: .seconds(30))
        } catch {
            throw CommandFailure("\(url) cannot be reached: \(error)")
        }
        let bytes = try await response.body.collect(upTo: 4 * 1024 * 1024)
        let value = try? bytes.withUnsafeReadableBytes { try JSONValue.parse($0) }
        guard let body = value?.object else {
            throw CommandFailure("\(url)\(path) answered \(response.status.code) without JSON")
        }
        let replayed = response.headers.first(name: "Idempotent-Replayed") == "true"
        return Answer(status: Int(response.status.code), replayed: replayed, body: body)
    }

    /// Sends lines through the bulk route; their results follow as they come.
    func bulk(_ lines: AsyncThrowingStream<ByteBuffer, any Error>) async throws -> HTTPClientResponse.Body {
        var request = HTTPClientRequest(url: url + "/v1/commands")
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "Content-Type", value: "application/x-ndjson")
        request.body = .stream(lines, length: .unknown)
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: .hours(24))
        } catch {
            throw CommandFailure("\(url) cannot be reached: \(error)")
        }
        guard response.status == .ok else {
            let problem = try await JSONValue.parse(response.body.collect(upTo: 1 << 20).readableBytesView).object
            let words = ["code", "detail"].compactMap { problem?[$0]?.string }.joined(separator: ": ")
            throw CommandFailure("\(url)/v1/commands answered \(response.status.code) \(words)")
        }
        return response.body
    }

    /// Reads a page of the log as NDJSON, and its lines' bytes as they are.
    func events(after position: String, limit: Int) async throws -> ByteBuffer {
        var request = HTTPClientRequest(url: url + "/v1/events?limit=\(limit)&after=\(position)")
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "Accept", value: "application/x-ndjson")
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: .seconds(30))
        } catch {
            throw CommandFailure("\(url) cannot be reached: \(error)")
        }
        let body = try await response.body.collect(upTo: 1 << 28)
        guard response.status == .ok else {
            let problem = (try? JSONValue.parse(body.readableBytesView))?.object
            let words = ["code", "detail"].compactMap { problem?[$0]?.string }.joined(separator: ": ")
            throw CommandFailure("\(url)/v1/events answered \(response.status.code) \(words)")
        }
        return body
    }

    /// Opens a stream; its bytes follow as they come.
    func stream(_ path: String, lastEventId: String? = nil) async throws -> HTTPClientResponse.Body {
        var request = HTTPClientRequest(url: url + path)
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.headers.add(name: "Accept", value: "text/event-stream")
        if let lastEventId { request.headers.add(name: "Last-Event-ID", value: lastEventId) }
        let response = try await http.execute(request, timeout: .seconds(30))
        guard response.status == .ok else { throw CommandFailure("\(path) answered \(response.status.code)") }
        return response.body
    }
}
