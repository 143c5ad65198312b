import Foundation
import Testing
import WaybillClient

/// A case of the table that the parsers of all clients are tested with.
struct ParserCase: Decodable, CustomTestStringConvertible {
    struct Event: Decodable {
        let type, data, id: String
    }

    let name: String
    private let text: String?
    private let hex: String?
    private let events: [Event]
    let lastEventId: String
    let retry: Int?

    var testDescription: String { name }

    static let all: [ParserCase] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Cases/event-stream.json")
        do {
            return try JSONDecoder().decode([ParserCase].self, from: Data(contentsOf: file))
        } catch {
            fatalError("\(file.path): \(error)")
        }
    }()

    /// The bytes of the stream, which the table holds as text or as hexadecimal digits.
    var bytes: [UInt8] {
        if let text { return Array(text.utf8) }
        let digits = (hex ?? "").compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    var expected: ParsedStream {
        ParsedStream(
            events: events.map { ServerSentEvent(type: $0.type, data: $0.data, lastEventID: $0.id) },
            lastEventID: lastEventId,
            reconnectionTime: retry
        )
    }
}
