/// Where a stream's beginning goes, and by what way the stream goes on.
package protocol StreamSink {
    /// Sends the bytes; returns when the next may follow.
    ///
    /// - Throws: `SinkClosed` when the client is gone.
    mutating func send(_ bytes: [UInt8]) async throws
    /// Lets a lane serve the stream from here on, after everything that was sent.
    ///
    /// - Returns: whether one does; nothing more may be sent then.
    /// - Throws: `SinkClosed` when the client is gone.
    mutating func handOff(_ place: StreamPlace) async throws -> Bool
}

/// Where a stream stands that has begun.
package struct StreamPlace: Sendable {
    /// The last event that the stream has passed.
    package let cursor: Int64
    /// How many forks of the log were known when the stream looked for it.
    package let forks: Int
    /// When the stream ends by itself.
    package let expiry: StreamExpiry?

    package init(cursor: Int64, forks: Int, expiry: StreamExpiry?) {
        self.cursor = cursor
        self.forks = forks
        self.expiry = expiry
    }
}

/// Where a stream starts.
package enum StreamStart: Sendable {
    /// Goes on after this event.
    case resume(after: Int64)
    /// Begins with the current state.
    case fresh
    /// Begins with what has been read already, when so many forks of the log were known.
    case begun(StreamSource.Beginning, forks: Int)
    /// The client's position is none of this log's: says so, then begins with the current state.
    case reset(ControlFrame.ResetReason)
}
