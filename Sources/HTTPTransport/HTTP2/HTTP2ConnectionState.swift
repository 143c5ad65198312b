import NIOHTTP2

/// The shutdown of an HTTP/2 connection (RFC 9113, section 6.8), as a pure state machine.
///
/// While there are streams, `GOAWAY` is sent twice. The first names no last stream, since requests may be on their way.
/// Once the client has seen it, which the answer to a `PING` shows, the final one names the last stream that is served,
/// and the connection closes when all streams have ended. Without streams the final `GOAWAY` is sent at once: after any
/// `GOAWAY`, NIO treats a connection without streams as closed, and everything that arrives on it as an error.
struct HTTP2ConnectionState {
    enum Action: Equatable {
        case nothing
        /// Shut down soon unless a stream is opened.
        case startIdleTimer
        /// Send the first `GOAWAY`, which names no last stream, with a `PING`.
        case sendFirstGoAway
        /// Send the final `GOAWAY`, which names the last stream.
        case sendFinalGoAway(lastStream: HTTP2StreamID)
        case close
    }

    private enum Phase { case serving, awaitingAcknowledgement, draining, closed }

    private var phase = Phase.serving
    private var openStreams = 0
    private var lastStream = HTTP2StreamID.rootStream

    /// True while the connection serves requests and has no open stream.
    var isIdle: Bool { openStreams == 0 && phase == .serving }

    mutating func streamOpened(_ stream: HTTP2StreamID) {
        openStreams += 1
        lastStream = max(lastStream, stream)
    }

    mutating func streamClosed() -> Action {
        openStreams -= 1
        guard openStreams == 0 else { return .nothing }
        switch phase {
        case .serving: return .startIdleTimer
        case .awaitingAcknowledgement: return firstGoAwayAcknowledged()
        case .draining:
            phase = .closed
            return .close
        case .closed: return .nothing
        }
    }

    /// Begins the shutdown: the service ends, or the connection has been idle for too long.
    mutating func shutDown() -> Action {
        guard phase == .serving else { return .nothing }
        phase = .awaitingAcknowledgement
        return openStreams == 0 ? firstGoAwayAcknowledged() : .sendFirstGoAway
    }

    /// Goes on after the client has answered the `PING`, or has had the time to.
    mutating func firstGoAwayAcknowledged() -> Action {
        guard phase == .awaitingAcknowledgement else { return .nothing }
        phase = .draining
        return .sendFinalGoAway(lastStream: lastStream)
    }

    /// Goes on after the final `GOAWAY` is sent.
    mutating func finalGoAwaySent() -> Action {
        guard phase == .draining, openStreams == 0 else { return .nothing }
        phase = .closed
        return .close
    }
}
