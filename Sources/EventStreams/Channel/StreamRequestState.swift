import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// The state machine of a channel that may become a stream. Pure: the handler reports messages, events and writes to
/// it, and carries out the actions that it returns.
///
/// A channel watches requests and passes them to Hummingbird until one asks for a stream. Hummingbird's responses come
/// first: a stream's request that arrives while some are under way is held, with all that follows it, until they are
/// written.
struct StreamRequestState {
    /// The channel's version of HTTP, as far as the states differ.
    enum Version { case http1, http2 }

    /// The action for a part of a request.
    enum ReadAction: Equatable {
        /// The part is held or dropped.
        case none
        /// Hummingbird answers the request.
        case passOn
        /// The request asks for a stream, which opens now.
        case open
        /// The client has sent more on its stream than the limit.
        case close
    }

    /// The action for an event that announces an end.
    enum EventAction: Equatable { case ignore, close, passOn }

    /// The time at which a stream's channel closes.
    enum CloseAction: Equatable {
        /// The channel does not close, or a close is scheduled already.
        case none
        /// The channel closes now.
        case now
        /// The channel closes when the body's end is sent, or after a deadline.
        case afterEnd
    }

    private enum Phase {
        case watching(Watching)
        /// The request is checked, or the stream's preamble is sent.
        case opening(isHeadSent: Bool)
        /// A lane decides what is sent.
        case streaming(Streaming)
        /// The response is complete, a lane has the connection, or the channel is closed.
        case over
    }

    private struct Watching {
        /// Requests that Hummingbird has not answered yet.
        var unanswered = 0
        /// A request for a stream that waits for earlier responses, and what followed it; empty when none waits.
        var held: [HTTPRequestPart] = []
    }

    private struct Streaming {
        var isBackpressured = false
        /// The body's end is written, but not sent yet.
        var isEnding = false
        /// The channel closes as soon as the body's end is sent.
        var closesAfterEnd = false
    }

    /// The most bytes that a client may send on its stream.
    static let maximumReceivedBytes = 64 * 1024

    let version: Version
    private var phase = Phase.watching(Watching())
    private var received = 0
    /// True when a read was requested while a request was held.
    private var isReadHeld = false
    /// True once Hummingbird's handlers are in the channel.
    private(set) var isHummingbirdInstalled = false

    init(_ version: Version) {
        self.version = version
    }

    // MARK: Requests

    /// True while the next request's head decides what the channel becomes.
    var isWatching: Bool {
        if case .watching(let watching) = phase { watching.held.isEmpty } else { false }
    }

    /// True while a request is checked or a preamble is sent.
    var isOpening: Bool { if case .opening = phase { true } else { false } }
    /// True while a lane serves the stream through the channel.
    var isStreaming: Bool { if case .streaming = phase { true } else { false } }

    /// A part of a request has come.
    ///
    /// - Parameter asksForStream: true for the head of a request for a stream.
    mutating func received(_ part: HTTPRequestPart, asksForStream: Bool) -> ReadAction {
        switch phase {
        case .watching(var watching):
            // Leaves the held parts with one owner, so that a part is added without a copy of the others.
            phase = .over
            let action = watch(part, &watching, asksForStream)
            phase = action == .open ? .opening(isHeadSent: false) : .watching(watching)
            return action
        case .opening, .streaming:
            received += part.approximateByteCount
            return received > Self.maximumReceivedBytes ? .close : .none
        case .over: return .none
        }
    }

    private func watch(_ part: HTTPRequestPart, _ watching: inout Watching, _ asksForStream: Bool) -> ReadAction {
        guard watching.held.isEmpty, !(asksForStream && watching.unanswered > 0) else {
            watching.held.append(part)
            return .none
        }
        if asksForStream { return .open }
        if case .head = part { watching.unanswered += 1 }
        return .passOn
    }

    /// A handler before this one asks the channel to read.
    ///
    /// - Returns: true when the channel reads now.
    mutating func readRequested() -> Bool {
        isReadHeld = isHolding
        return !isReadHeld
    }

    private var isHolding: Bool { if case .watching(let watching) = phase { !watching.held.isEmpty } else { false } }

    mutating func hummingbirdInstalled() { isHummingbirdInstalled = true }

    /// Hummingbird has written the end of a response.
    ///
    /// - Returns: true when the handler is to read the held parts.
    mutating func hummingbirdAnswered() -> Bool {
        guard case .watching(var watching) = phase else { return false }
        watching.unanswered -= 1
        phase = .watching(watching)
        return watching.unanswered == 0 && !watching.held.isEmpty
    }

    /// Removes the held parts, which the handler then reads again.
    mutating func takeHeld() -> [HTTPRequestPart] {
        guard case .watching(var watching) = phase else { return [] }
        let parts = watching.held
        watching.held = []
        phase = .watching(watching)
        return parts
    }

    /// - Returns: true when the channel is to make the read that was requested while a request was held.
    mutating func takeHeldRead() -> Bool {
        guard isReadHeld, !isHolding else { return false }
        isReadHeld = false
        return true
    }

    // MARK: The response

    /// Bytes of the preamble, or the whole response, are about to be written.
    ///
    /// - Returns: true for the first bytes, before which the response's head goes; nil when nothing may be written.
    mutating func bodyWritten() -> Bool? {
        guard case .opening(let isHeadSent) = phase else { return nil }
        phase = .opening(isHeadSent: true)
        return !isHeadSent
    }

    /// A lane serves the stream through the channel from now on.
    mutating func attached() { phase = .streaming(Streaming()) }

    /// No lane has taken the stream.
    mutating func detached() {
        if case .streaming = phase { phase = .opening(isHeadSent: true) }
    }

    /// The response is complete, a lane has the connection, or the channel is closed.
    mutating func finished() { phase = .over }

    // MARK: The stream

    /// The written bytes are flushed.
    ///
    /// - Returns: true when more may be written at once.
    mutating func flushed(isWritable: Bool) -> Bool {
        guard case .streaming(var streaming) = phase else { return true }
        streaming.isBackpressured = !isWritable
        phase = .streaming(streaming)
        return isWritable
    }

    /// The channel has become writable.
    ///
    /// - Returns: true when the lane is to be told.
    mutating func becameWritable() -> Bool {
        guard case .streaming(var streaming) = phase, streaming.isBackpressured else { return false }
        streaming.isBackpressured = false
        phase = .streaming(streaming)
        return true
    }

    /// The body's end is written.
    mutating func endWritten() {
        guard case .streaming(var streaming) = phase else { return }
        streaming.isEnding = true
        phase = .streaming(streaming)
    }

    /// The body's end is sent.
    ///
    /// - Returns: true when the channel closes now.
    mutating func endSent() -> Bool {
        guard case .streaming(var streaming) = phase else { return false }
        streaming.isEnding = false
        phase = .streaming(streaming)
        return streaming.closesAfterEnd
    }

    /// The lane closes the stream.
    mutating func closeRequested() -> CloseAction {
        guard case .streaming(var streaming) = phase else { return .none }
        guard streaming.isEnding else { return .now }
        guard !streaming.closesAfterEnd else { return .none }
        streaming.closesAfterEnd = true
        phase = .streaming(streaming)
        return .afterEnd
    }

    // MARK: Ends

    /// False once the channel is a stream, which Hummingbird may not close.
    var mayHummingbirdClose: Bool { if case .watching = phase { true } else { false } }

    /// The action when the service shuts down. The hub ends streams, and Hummingbird its requests; an HTTP/1.1
    /// connection without either closes.
    var onQuiesce: EventAction {
        guard case .watching = phase else { return .ignore }
        return !isHummingbirdInstalled && version == .http1 ? .close : .passOn
    }

    /// The action when the client has closed its side, even only for sending. A stream's client has left then, as with
    /// other servers of streams. Hummingbird decides for its own requests.
    var onInputClosed: EventAction {
        guard version == .http1 else { return .passOn }
        if case .watching = phase, isHummingbirdInstalled { return .passOn }
        return .close
    }

    /// Bytes that are not HTTP have come. Hummingbird answers them, unless the channel is a stream.
    mutating func onError() -> EventAction {
        guard case .watching(var watching) = phase, version == .http1 else { return .close }
        watching.held = []
        phase = .watching(watching)
        return .passOn
    }
}

extension HTTPRequestPart {
    /// The bytes that the client sent for this part, approximately.
    fileprivate var approximateByteCount: Int {
        switch self {
        case .head(let request): 256 + (request.path?.utf8.count ?? 0)
        case .body(let buffer): buffer.readableBytes
        case .end: 0
        }
    }
}
