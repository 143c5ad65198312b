import AsyncHTTPClient
import NIOCore
import StrictJSON

/// A file of commands on its way through the bulk route.
struct BulkUpload: Sendable {
    struct Summary: Sendable {
        var accepted = 0
        var duplicate = 0
        var rejected = 0
    }

    let source: ByteSource

    /// The shops that the lines place orders in. Reads the whole source.
    func shops() async throws -> Set<String> {
        var shops: Set<String> = []
        try await source.forEachLine { line in
            // What is no JSON will be refused by the service, which says so better.
            if let shop = (try? JSONValue.parse(line))?.object?["shop"]?.string { shops.insert(shop) }
        }
        return shops
    }

    /// Sends the lines and reads their results at the same time.
    ///
    /// - Parameter refused: told of each line that was not accepted, with the problem's words.
    func send(to client: APIClient, refused: (Int64, String) -> Void) async throws -> Summary {
        var summary = Summary()
        var results = try await client.bulk(source.chunks()).makeAsyncIterator()
        var buffer = ByteBuffer()
        do {
            while var chunk = try await results.next() {
                buffer.writeBuffer(&chunk)
                while let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = buffer.readBytes(length: end - buffer.readerIndex) ?? []
                    buffer.moveReaderIndex(forwardBy: 1)
                    try Self.count(line, &summary, refused)
                }
                buffer.discardReadBytes()
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            let answered = summary.accepted + summary.duplicate + summary.rejected
            throw CommandFailure("the service stopped answering after \(answered) results: \(error)")
        }
        return summary
    }

    private static func count(_ line: [UInt8], _ summary: inout Summary, _ refused: (Int64, String) -> Void) throws {
        guard let result = try JSONValue.parse(line).object else { throw CommandFailure("a result is no object") }
        switch result["result"]?.string {
        case "accepted": summary.accepted += 1
        case "duplicate": summary.duplicate += 1
        default:
            summary.rejected += 1
            refused(result["line"]?.integer ?? 0, words(result["problem"]?.object))
        }
    }

    private static func words(_ problem: JSONObject?) -> String {
        guard let problem else { return "no reason was given" }
        let fields = (problem["errors"]?.array ?? []).compactMap { error -> String? in
            guard let pointer = error.object?["pointer"]?.string, let message = error.object?["message"]?.string else {
                return nil
            }
            return "\(pointer) \(message)"
        }
        let text = ["code", "reason", "detail"].compactMap { problem[$0]?.string }
        return (["\(problem["status"]?.integer ?? 0) " + text.joined(separator: ": ")] + fields).joined(separator: "; ")
    }
}
