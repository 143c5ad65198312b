import Access
import AsyncHTTPClient
import Foundation
import LogSupport
import Logging
import NIOCore
import NIOHTTP1
import OrderLog
import Postgres
import StrictJSON
import WaybillServer

/// A whole service in this process, on a port of its own, with tokens for it.
struct Service: Sendable {
    let log: TestLog
    private let port: Int
    private let key: DevelopmentKey

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let text: String
        let body: JSONObject

        var code: String? { body["code"]?.string }
        var position: String { body["position"]?.string ?? "" }
        /// The ids of a list's orders.
        var orderIds: [String] { (body["orders"]?.array ?? []).compactMap { $0.object?["orderId"]?.string } }
    }

    static func with(_ body: @escaping @Sendable (Service) async throws -> Void) async throws {
        try await TestLog.with { log in
            let directory = FileManager.default.temporaryDirectory.appendingPathComponent("waybill-\(UUID())").path
            let key = try DevelopmentKey.loadOrCreate(in: directory)
            let now = Date().timeIntervalSince1970
            let keys = try await KeySource(.development(key), now: now, logger: log.logger)
            var settings = WaybillServerSettings(database: log.database, keys: keys)
            settings.port = 0
            let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
            let server = WaybillServer(settings: settings, logger: log.logger) { port in continuation.yield(port) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { continuation.finish() }
                    do {
                        try await server.run()
                    } catch is CancellationError {
                        // The test is over.
                    }
                }
                for await port in ports {
                    try await body(Service(log: log, port: port, key: key))
                    break
                }
                group.cancelAll()
            }
            try FileManager.default.removeItem(atPath: directory)
        }
    }

    func token(_ role: Role, _ shops: String = "*", subject: String? = nil) async throws -> String {
        let scope = try ShopScope(text: shops)
        let now = Date().timeIntervalSince1970
        return try await key.sign(role: role, shops: scope, subject: subject, ttl: 600, now: now)
    }

    func get(_ path: String, _ token: String) async throws -> Answer {
        try await send(HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)"), token)
    }

    func post(_ path: String, _ json: String, _ token: String) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(Array(json.utf8))
        return try await send(request, token)
    }

    private func send(_ request: HTTPClientRequest, _ token: String) async throws -> Answer {
        var request = request
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
        let bytes = Array(try await response.body.collect(upTo: 16 * 1024 * 1024).readableBytesView)
        return Answer(
            status: Int(response.status.code),
            headers: response.headers,
            text: String(decoding: bytes, as: UTF8.self),
            body: try JSONValue.parse(bytes).object ?? JSONObject()
        )
    }
}
