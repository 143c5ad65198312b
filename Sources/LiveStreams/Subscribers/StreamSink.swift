/// Where a stream's bytes go: the web framework's response now, a lane of our own where that is faster.
package protocol StreamSink {
    /// Sends the bytes; returns when the next may follow. Throws when the client is gone.
    mutating func send(_ bytes: [UInt8]) async throws
    /// Returns when what was sent has left this process, or after the deadline.
    func drained(by deadline: ContinuousClock.Instant) async
    /// Lets the stream go on elsewhere, after everything that was sent.
    ///
    /// - Parameter place: where the stream stands; nil for one that only this sink can serve.
    /// - Returns: whether it does; nothing more may be sent then.
    mutating func handOff(_ place: StreamPlace?) async throws -> Bool
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
