import AsyncHTTPClient
import NIOCore
import StrictJSON

/// A file of commands on its way through the bulk route.
struct BulkUpload: Sendable {
    struct Summary: Sendable {
        var accepted = 0
        var duplicate = 0
        var rejected = 0

        var answered: Int { accepted + duplicate + rejected }
    }

    let source: ByteSource

    /// The shops that the lines place orders in. Reads the whole source.
    func shops() async throws -> Set<String> {
        var shops: Set<String> = []
        do {
            try await source.forEachLine { line in
                // A line that is no JSON is refused by the service, which says so better.
                if let shop = (try? JSONValue.parse(line))?.object?["shop"]?.string { shops.insert(shop) }
            }
        } catch let error as ByteSource.LineTooLong {
            throw CommandFailure("nothing was sent of \(source.name): \(error)")
        }
        return shops
    }

    /// Sends the lines and reads their results at the same time.
    ///
    /// - Parameters:
    ///   - refused: called with each line that was not accepted.
    ///   - progress: called with the results so far.
    func send(
        to client: APIClient,
        refused: (RefusedLine) -> Void,
        progress: (Summary) -> Void = { _ in }
    ) async throws -> Summary {
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
                progress(summary)
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(
                "the service stopped answering after \(summary.answered) results: \(ErrorSentence.text(for: error)); "
                    + "send the file again: lines with a commandId are answered as before"
            )
        }
        return summary
    }

    private static func count(
        _ line: [UInt8],
        _ summary: inout Summary,
        _ refused: (RefusedLine) -> Void
    ) throws {
        guard let result = try JSONValue.parse(line).object else {
            throw CommandFailure("the service answered with a line that is not a result; is it another service?")
        }
        switch result["result"]?.string {
        case "accepted": summary.accepted += 1
        case "duplicate": summary.duplicate += 1
        default:
            summary.rejected += 1
            refused(RefusedLine(result))
        }
    }
}
