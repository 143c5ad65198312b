import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Telemetry
import Tracing

/// Fetches a key set from an identity provider.
enum KeySetFetch {
    private static let maximumBytes = 1024 * 1024

    /// The body of the answer.
    ///
    /// A redirect is an error: where it leads is for whoever answers on the way to say, also from https to http.
    ///
    /// - Parameter deadline: the longest time of the fetch, from the look-up of the name to the body's last byte.
    static func fetch(_ url: URL, within deadline: Duration = .seconds(10)) async throws -> [UInt8] {
        do {
            return try await withThrowingTaskGroup(of: [UInt8].self) { group in
                group.addTask { try await download(url, deadline) }
                group.addTask {
                    try await Task.sleep(for: deadline)
                    throw CommandFailure("there was no whole answer within \(deadline)")
                }
                defer { group.cancelAll() }
                return try await group.next() ?? []
            }
        } catch is NIOTooManyBytesError {
            throw CommandFailure("the answer exceeds 1 MiB")
        } catch {
            throw CommandFailure(ErrorSentence.text(for: error))
        }
    }

    private static func download(_ url: URL, _ deadline: Duration) async throws -> [UInt8] {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout.connect = .seconds(5)
        // Fetches that no request waits for would be traces of their own, twice a minute.
        if ServiceContext.current == nil { configuration.tracing.tracer = nil }
        // A client of its own: a connection kept from the last fetch may be dead by now.
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<[UInt8], any Error>
        do {
            result = .success(try await body(url, client, deadline))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }

    private static func body(_ url: URL, _ client: HTTPClient, _ deadline: Duration) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url.absoluteString)
        // A fetch for the unknown key of a request's token belongs to the request's trace. A tracer writes the field
        // itself.
        if ServiceContext.current == nil, let traceparent = TraceContext.traceparent {
            request.headers.add(name: "traceparent", value: traceparent)
        }
        let response = try await client.execute(
            request,
            deadline: .now() + TimeAmount(deadline)
        )
        switch response.status.code {
        case 200: break
        case 300..<400: throw CommandFailure("the server answered \(response.status.code); redirects are not followed")
        case let code: throw CommandFailure("the server answered \(code)")
        }
        let body = try await response.body.collect(upTo: maximumBytes)
        // A cancelled body ends early and without an error.
        try Task.checkCancellation()
        return Array(body.readableBytesView)
    }
}
