import Access
import AsyncHTTPClient
import Foundation
import LogSupport
import NIOCore
import NIOHTTP1
import Orders
import StrictJSON
import WaybillServer

/// The assembled service on a free port, with a log of its own.
struct TestService: Sendable {
    let log: TestLog
    let url: String
    private let key: DevelopmentKey

    /// Runs a service for as long as `body` does.
    static func with<R: Sendable>(
        _ change: @Sendable (inout WaybillServerSettings) -> Void = { _ in },
        _ body: @Sendable (TestService) async throws -> R
    ) async throws -> R {
        let directory = FileManager.default.temporaryDirectory.appending(path: "waybill-\(UUID().uuidString)").path
        let key = try DevelopmentKey.loadOrCreate(in: directory)
        try FileManager.default.removeItem(atPath: directory)
        return try await TestLog.with { log in
            let now = Date().timeIntervalSince1970
            let keys = try await KeySource(.development(key), now: now, logger: log.logger)
            var settings = WaybillServerSettings(database: log.database, keys: keys)
            settings.port = 0
            change(&settings)
            let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
            let scheme = settings.certificates == nil ? "http" : "https"
            let server = WaybillServer(settings: settings, logger: log.logger) { continuation.yield($0) }
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { continuation.finish() }
                    try await server.run()
                }
                for await port in ports {
                    let service = TestService(log: log, url: "\(scheme)://127.0.0.1:\(port)", key: key)
                    let result = try await body(service)
                    group.cancelAll()
                    return result
                }
                try await group.waitForAll()
                throw ServiceEnded()
            }
        }
    }

    struct ServiceEnded: Error {}

    func token(_ role: Role = .backend, shops: String = "aurora,nordwind", subject: String = "test") async throws
        -> String
    {
        try await key.sign(
            role: role,
            shops: ShopScope(text: shops),
            subject: subject,
            ttl: 600,
            now: Date().timeIntervalSince1970
        )
    }

    func request(_ method: HTTPMethod, _ path: String, token: String? = nil) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        return request
    }

    func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        try await HTTPClient.shared.execute(request, timeout: .seconds(60))
    }

    /// Posts JSON and reads the object of the response.
    func post(_ path: String, _ json: String, token: String, key: String? = nil) async throws
        -> (response: HTTPClientResponse, body: JSONObject)
    {
        var request = request(.POST, path, token: token)
        request.headers.add(name: "Content-Type", value: "application/json")
        if let key { request.headers.add(name: "Idempotency-Key", value: key) }
        request.body = .bytes(ByteBuffer(string: json))
        let response = try await send(request)
        let bytes = try await response.body.collect(upTo: 1 << 22)
        return (response, try JSONValue.parse(bytes.readableBytesView).object ?? JSONObject())
    }
}
