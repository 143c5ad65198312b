import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL
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

    /// Gives `body` a client.
    ///
    /// - Parameter tls: the settings of TLS; nil for the usual ones.
    static func with<R>(
        url: String,
        token: String,
        tls: TLSConfiguration? = nil,
        _ body: (APIClient) async throws -> R
    ) async throws -> R {
        var configuration = HTTPClient.Configuration.singletonConfiguration
        configuration.tlsConfiguration = tls
        configuration.timeout.connect = .seconds(5)
        // A service that is not there is an answer, not something to wait for.
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let client = APIClient(url: url.hasSuffix("/") ? String(url.dropLast()) : url, token: token, http: http)
        let result: Result<R, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        try await http.shutdown()
        return try result.get()
    }

    func post(_ path: String, _ json: [UInt8], key: String?) async throws -> Answer {
        var request = request(path, method: .POST, ["Content-Type": "application/json"])
        if let key { request.headers.add(name: "Idempotency-Key", value: key) }
        request.body = .bytes(json)
        let response = try await answer(to: request, timeout: .seconds(30))
        let bytes = try await response.body.collect(upTo: 4 * 1024 * 1024)
        let value = try? bytes.withUnsafeReadableBytes { try JSONValue.parse($0) }
        guard let body = value?.object else { throw strange(path, response) }
        let replayed = response.headers.first(name: "Idempotent-Replayed") == "true"
        return Answer(status: Int(response.status.code), replayed: replayed, body: body)
    }

    /// Reads a resource.
    func get(_ path: String) async throws -> JSONObject {
        let response = try await answer(to: request(path, method: .GET, [:]), timeout: .seconds(30))
        try await check(response, path: path)
        let bytes = try await response.body.collect(upTo: 4 * 1024 * 1024)
        let value = try? bytes.withUnsafeReadableBytes { try JSONValue.parse($0) }
        guard let body = value?.object else { throw strange(path, response) }
        return body
    }

    /// Tells whether a browser gets a page from an address. The request carries no token.
    func isPage(_ address: String) async throws -> Bool {
        var request = HTTPClientRequest(url: address)
        request.headers.add(name: "Accept", value: "text/html")
        let response = try await answer(to: request, timeout: .seconds(30))
        let isHTML = response.headers.first(name: "Content-Type")?.hasPrefix("text/html") == true
        let body = try await response.body.collect(upTo: 4 * 1024 * 1024)
        return response.status == .ok && isHTML && body.readableBytes > 0
    }

    /// Sends lines through the bulk route; their results follow as they come.
    func bulk(_ lines: AsyncThrowingStream<ByteBuffer, any Error>) async throws -> HTTPClientResponse.Body {
        var request = request("/v1/commands", method: .POST, ["Content-Type": "application/x-ndjson"])
        request.body = .stream(lines, length: .unknown)
        let response = try await answer(to: request, timeout: .hours(24))
        try await check(response, path: "/v1/commands")
        return response.body
    }

    /// Reads a page of the log as NDJSON, and its lines' bytes as they are.
    func events(after position: String, limit: Int) async throws -> ByteBuffer {
        let path = "/v1/events?limit=\(limit)&after=\(position)"
        let request = request(path, method: .GET, ["Accept": "application/x-ndjson"])
        let response = try await answer(to: request, timeout: .seconds(30))
        try await check(response, path: "/v1/events")
        return try await response.body.collect(upTo: 1 << 28)
    }

    /// Opens a stream; its bytes follow as they come.
    func stream(_ path: String, lastEventId: String? = nil) async throws -> HTTPClientResponse.Body {
        var request = request(path, method: .GET, ["Accept": "text/event-stream"])
        if let lastEventId { request.headers.add(name: "Last-Event-ID", value: lastEventId) }
        let response = try await answer(to: request, timeout: .seconds(30))
        try await check(response, path: path)
        return response.body
    }

    private func request(_ path: String, method: HTTPMethod, _ headers: [String: String]) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        return request
    }

    private func answer(to request: HTTPClientRequest, timeout: TimeAmount) async throws -> HTTPClientResponse {
        do {
            return try await http.execute(request, timeout: timeout)
        } catch is CancellationError {
            throw CancellationError()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            let reason = NetworkErrorText.text(for: error) ?? "\(error)"
            throw CommandFailure("no Waybill service can be reached at \(url): \(reason); start it, or give its --url")
        }
    }

    /// - Throws: `CommandFailure` for any status but 200.
    private func check(_ response: HTTPClientResponse, path: String) async throws {
        guard response.status != .ok else { return }
        let body = try await response.body.collect(upTo: 1 << 20)
        guard let problem = (try? JSONValue.parse(body.readableBytesView))?.object, problem["code"] != nil else {
            throw strange(path, response)
        }
        let (code, detail) = (problem["code"]?.string, problem["detail"]?.string)
        let words = [code, detail].compactMap { $0 }.joined(separator: ": ")
        let text = "\(url)\(path) answered \(response.status.code) \(words)"
        throw CommandFailure(ErrorSentence.refusal(text, code: code))
    }

    private func strange(_ path: String, _ response: HTTPClientResponse) -> CommandFailure {
        CommandFailure("\(url)\(path) answered \(response.status.code) as no Waybill service does; check --url")
    }
}
