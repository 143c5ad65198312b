import NIOHTTP2

/// When an HTTP/2 connection says goodbye and when it closes (RFC 9113, section 6.8).
///
/// Goodbye is said twice while there are streams. The first one names none, since requests may be on their way; once the
/// client has seen it, which the answer to a `PING` tells, the second names the last stream that is served, and the
/// connection closes when that and all others have ended. Without streams the second is said at once: after any goodbye
/// NIO takes a connection that has none for closed, and all that comes on it for an error.
struct HTTP2ConnectionState {
    enum Action: Equatable {
        case nothing
        /// Say goodbye soon if no stream is opened.
        case awaitStreams
        /// Say goodbye for the first time.
        case warn
        /// Say goodbye for the second time.
        case leave(after: HTTP2StreamID)
        case close
    }

    private enum Phase { case serving, warned, leaving, closed }

    private var phase = Phase.serving
    private var openStreams = 0
    private var lastStream = HTTP2StreamID.rootStream

    var isIdle: Bool { openStreams == 0 && phase == .serving }

    mutating func opened(_ stream: HTTP2StreamID) {
        openStreams += 1
        lastStream = max(lastStream, stream)
    }

    mutating func streamClosed() -> Action {
        openStreams -= 1
        guard openStreams == 0 else { return .nothing }
        switch phase {
        case .serving: return .awaitStreams
        case .warned: return warningSeen()
        case .leaving:
            phase = .closed
            return .close
        case .closed: return .nothing
        }
    }

    /// The service ends, or nothing has been asked for a long time.
    mutating func end() -> Action {
        guard phase == .serving else { return .nothing }
        phase = .warned
        return openStreams == 0 ? warningSeen() : .warn
    }

    /// The client has seen the first goodbye, or has had the time to.
    mutating func warningSeen() -> Action {
        guard phase == .warned else { return .nothing }
        phase = .leaving
        return .leave(after: lastStream)
    }

    /// The second goodbye has been said.
    mutating func left() -> Action {
        guard phase == .leaving, openStreams == 0 else { return .nothing }
        phase = .closed
        return .close
    }
}
