import AsyncHTTPClient
import NIOCore
import WaybillClient

/// Reads the events of one connection; a connection that ends is not made again.
struct FrameReader {
    private var body: HTTPClientResponse.Body.AsyncIterator
    private var parser = EventStreamParser()
    private var events: [ServerSentEvent] = []

    init(_ body: HTTPClientResponse.Body) {
        self.body = body.makeAsyncIterator()
    }

    /// The next event that is wanted.
    mutating func next(where isWanted: (ServerSentEvent) -> Bool) async throws -> ServerSentEvent {
        while true {
            while !events.isEmpty {
                let event = events.removeFirst()
                if isWanted(event) { return event }
            }
            try await read()
        }
    }

    /// The first id that the stream names, with an event or without one.
    mutating func firstID() async throws -> String {
        while parser.lastEventID.isEmpty { try await read() }
        return events.first { !$0.lastEventID.isEmpty }?.lastEventID ?? parser.lastEventID
    }

    private mutating func read() async throws {
        guard let more = try await body.next() else { throw CommandFailure("the stream ended") }
        try parser.parse(more.readableBytesView, into: &events)
    }
}
