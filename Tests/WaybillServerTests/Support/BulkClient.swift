import AsyncHTTPClient
import Foundation
import LogSupport
import NIOCore
import NIOHTTP1
import StrictJSON

/// Sends bulk requests and reads their results.
struct BulkClient: Sendable {
    let service: TestService
    let token: String

    struct Result: Sendable {
        let line: Int64?
        let result: String?
        let orderId: String?
        let position: String?
        let code: String?
        let status: Int64?
        /// The pointers of the invalid fields, for 422.
        let pointers: [String]

        init(_ object: JSONObject) {
            line = object["line"]?.integer
            result = object["result"]?.string
            orderId = object["orderId"]?.string
            position = object["position"]?.string
            let problem = object["problem"]?.object
            code = problem?["code"]?.string
            status = problem?["status"]?.integer
            pointers = (problem?["errors"]?.array ?? []).compactMap { $0.object?["pointer"]?.string }
        }
    }

    func request(_ body: HTTPClientRequest.Body) -> HTTPClientRequest {
        var request = service.request(.POST, "/v1/commands", token: token)
        request.headers.add(name: "Content-Type", value: "application/x-ndjson")
        request.body = body
        return request
    }

    /// Sends all lines and reads all results.
    func send(_ lines: [String]) async throws -> [Result] {
        try await send(bytes: Array(lines.joined(separator: "\n").utf8))
    }

    func send(bytes: [UInt8]) async throws -> [Result] {
        let response = try await service.send(request(.bytes(bytes)))
        var reader = ResultReader(response.body)
        var results: [Result] = []
        while let result = try await reader.next() { results.append(result) }
        return results
    }

    /// A line that places an order.
    static func place(_ order: UUID, commandId: String? = nil, shop: String = "aurora") -> String {
        line("placeOrder", order, commandId: commandId, Samples.place(shop: shop).replacing("\n", with: ""))
    }

    static func line(_ command: String, _ order: UUID, commandId: String? = nil, _ fields: String = "{}") -> String {
        var head = "{\"command\":\"\(command)\",\"orderId\":\"\(order.uuidString.lowercased())\""
        if let commandId { head += ",\"commandId\":\"\(commandId)\"" }
        return fields == "{}" ? head + "}" : head + "," + fields.dropFirst()
    }
}

/// Reads results while the response goes on.
struct ResultReader {
    private var body: HTTPClientResponse.Body.AsyncIterator
    private var buffer = ByteBuffer()

    init(_ body: HTTPClientResponse.Body) {
        self.body = body.makeAsyncIterator()
    }

    /// The next result; nil after the last.
    mutating func next() async throws -> BulkClient.Result? {
        while true {
            if let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer.readSlice(length: end - buffer.readerIndex) ?? ByteBuffer()
                buffer.moveReaderIndex(forwardBy: 1)
                buffer.discardReadBytes()
                return BulkClient.Result(try JSONValue.parse(line.readableBytesView).object ?? JSONObject())
            }
            guard var more = try await body.next() else { return nil }
            buffer.writeBuffer(&more)
        }
    }
}
