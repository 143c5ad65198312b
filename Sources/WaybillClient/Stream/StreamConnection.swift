import AsyncHTTPClient
import NIOCore

/// One connection of a stream: bytes into events, as they are asked for.
struct StreamConnection {
    private var body: HTTPClientResponse.Body.AsyncIterator
    private var parser: EventStreamParser
    private var events: [ServerSentEvent] = []
    private var shown = 0
    /// Met behind the events that are still to be shown.
    private var failure: EventStreamParser.EventTooLarge?

    /// The id of what was taken from here, and of the blocks without events that followed it.
    private(set) var lastEventID: String

    init(_ body: HTTPClientResponse.Body, lastEventID: String, maximumEventSize: Int) {
        self.body = body.makeAsyncIterator()
        self.lastEventID = lastEventID
        parser = EventStreamParser(lastEventID: lastEventID, maximumEventSize: maximumEventSize)
    }

    /// Milliseconds that the stream asks for before its client comes back.
    var reconnectionTime: Int? { parser.reconnectionTime }

    /// The next event; nil at the stream's end.
    mutating func next() async throws -> ServerSentEvent? {
        while shown == events.count {
            lastEventID = parser.lastEventID
            if let failure { throw failure }
            events.removeAll(keepingCapacity: true)
            shown = 0
            guard let bytes = try await body.next() else { return nil }
            do {
                try parser.parse(bytes.readableBytesView, into: &events)
            } catch {
                failure = error
            }
        }
        defer { shown += 1 }
        lastEventID = events[shown].lastEventID
        return events[shown]
    }
}
