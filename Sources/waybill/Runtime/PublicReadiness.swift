import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Asks the service's public address whether a process behind it is ready.
enum PublicReadiness {
    private static let deadline = TimeAmount.seconds(3)

    /// - Returns: false also where nobody answers, or something else than this service.
    static func isAnyReady(at publicURL: String) async -> Bool {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = deadline
        // A probe tells nothing that traces need.
        configuration.tracing.tracer = nil
        // A client of its own: a kept connection would lead to the same process again.
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let isReady: Bool
        do {
            isReady = try await answer(publicURL, client)
        } catch {
            // Nobody who answers is nobody who is ready.
            isReady = false
        }
        do {
            try await client.shutdown()
        } catch {
            return false
        }
        return isReady
    }

    private static func answer(_ publicURL: String, _ client: HTTPClient) async throws -> Bool {
        let request = HTTPClientRequest(url: "\(publicURL)/readyz")
        let response = try await client.execute(request, deadline: .now() + deadline)
        guard response.status == .ok else { return false }
        let body = try await response.body.collect(upTo: 4096)
        return try JSONDecoder().decode(Health.self, from: Data(body.readableBytesView)).status == "ready"
    }

    private struct Health: Decodable {
        let status: String
    }
}
