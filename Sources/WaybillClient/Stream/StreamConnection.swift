import AsyncHTTPClient
import NIOCore

/// One connection of a stream, which turns bytes into events on demand.
struct StreamConnection {
    private var body: HTTPClientResponse.Body.AsyncIterator
    private var parser: EventStreamParser
    private var events: [ServerSentEvent] = []
    /// The index, in `events`, of the next event to return.
    private var nextIndex = 0
    /// An error behind the events that are still to be returned.
    private var failure: EventStreamParser.EventTooLarge?

    /// The id of the last event returned, or of a block without data behind that event.
    private(set) var lastEventID: String

    init(_ body: HTTPClientResponse.Body, lastEventID: String, maximumEventSize: Int) {
        self.body = body.makeAsyncIterator()
        self.lastEventID = lastEventID
        parser = EventStreamParser(lastEventID: lastEventID, maximumEventSize: maximumEventSize)
    }

    /// The reconnection time that the stream has named, in milliseconds; nil for none.
    var reconnectionTime: Int? { parser.reconnectionTime }

    /// Returns the next event; nil at the stream's end.
    ///
    /// - Throws: `EventStreamParser.EventTooLarge`, and the network's errors.
    mutating func next() async throws -> ServerSentEvent? {
        while nextIndex == events.count {
            lastEventID = parser.lastEventID
            if let failure { throw failure }
            events.removeAll(keepingCapacity: true)
            nextIndex = 0
            guard let bytes = try await body.next() else { return nil }
            do {
                try parser.parse(bytes.readableBytesView, into: &events)
            } catch {
                failure = error
            }
        }
        defer { nextIndex += 1 }
        lastEventID = events[nextIndex].lastEventID
        return events[nextIndex]
    }
}
