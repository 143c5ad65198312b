import WaybillClient

/// The result of parsing a whole stream.
struct ParsedStream: Equatable {
    var events: [ServerSentEvent] = []
    var lastEventID = ""
    var reconnectionTime: Int?

    init(events: [ServerSentEvent], lastEventID: String, reconnectionTime: Int?) {
        self.events = events
        self.lastEventID = lastEventID
        self.reconnectionTime = reconnectionTime
    }

    /// Parses a stream that arrives in `pieces`.
    init(pieces: [ArraySlice<UInt8>]) throws {
        var parser = EventStreamParser()
        for piece in pieces { try parser.parse(piece, into: &events) }
        lastEventID = parser.lastEventID
        reconnectionTime = parser.reconnectionTime
    }
}
