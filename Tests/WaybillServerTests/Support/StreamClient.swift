import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Reads a stream block by block.
struct StreamClient {
    let response: HTTPClientResponse
    private var body: HTTPClientResponse.Body.AsyncIterator
    private var text = ""

    init(_ service: TestService, _ path: String, token: String? = nil, lastEventId: String? = nil) async throws {
        var request = service.request(.GET, path, token: token)
        if let lastEventId { request.headers.add(name: "Last-Event-ID", value: lastEventId) }
        response = try await service.send(request)
        body = response.body.makeAsyncIterator()
    }

    /// The next block without its blank line; nil at the end.
    mutating func next() async throws -> String? {
        while true {
            if let end = text.range(of: "\n\n") {
                defer { text.removeSubrange(..<end.upperBound) }
                return String(text[..<end.lowerBound])
            }
            guard let more = try await body.next() else { return nil }
            text += String(buffer: more)
        }
    }

    /// The remaining blocks, to the end of the stream.
    mutating func rest() async throws -> [String] {
        var blocks: [String] = []
        while let block = try await next() { blocks.append(block) }
        return blocks
    }
}
