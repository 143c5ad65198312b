import Foundation
import Testing
import WaybillClient

/// A row of the table that the parsers of every client are held to.
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

    /// The stream: text, or where it is no text its bytes in hexadecimal digits.
    var bytes: [UInt8] {
        if let text { return Array(text.utf8) }
        let digits = (hex ?? "").compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    var expected: Parsed {
        Parsed(
            events: events.map { ServerSentEvent(type: $0.type, data: $0.data, lastEventID: $0.id) },
            lastEventID: lastEventId,
            reconnectionTime: retry
        )
    }
}

/// What a stream comes to.
struct Parsed: Equatable {
    var events: [ServerSentEvent] = []
    var lastEventID = ""
    var reconnectionTime: Int?

    init(events: [ServerSentEvent], lastEventID: String, reconnectionTime: Int?) {
        self.events = events
        self.lastEventID = lastEventID
        self.reconnectionTime = reconnectionTime
    }

    /// Parses a stream that arrives in these pieces.
    init(pieces: [ArraySlice<UInt8>]) throws {
        var parser = EventStreamParser()
        for piece in pieces { try parser.parse(piece, into: &events) }
        lastEventID = parser.lastEventID
        reconnectionTime = parser.reconnectionTime
    }
}
