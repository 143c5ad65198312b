import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// The states of a channel that may become a stream: what each message, event and write means in each of them. Pure; the
/// handler asks and acts.
///
/// A channel watches requests and passes them to Hummingbird until one asks for a stream. Hummingbird's responses come first:
/// a stream's request that arrives while some are under way is held, with all that follows it, until they are written.
struct StreamRequestState {
    /// The channel's version of HTTP, as far as its states differ.
    enum Version { case http1, http2 }

    /// What becomes of a part of a request.
    enum ReadAction: Equatable {
        /// Nothing: the part is held or dropped.
        case none
        /// Hummingbird answers it.
        case passOn
        /// The request asks for a stream, which opens now.
        case open
        /// The client has sent more on its stream than any client has reason to.
        case close
    }

    /// What becomes of an event that tells of an end.
    enum EventAction: Equatable { case ignore, close, passOn }

    /// How a stream's channel closes.
    enum CloseAction: Equatable {
        case none
        case now
        /// Once the body's end is written, or after a deadline.
        case afterWrite
    }

    private enum Phase {
        case watching(Watching)
        /// The request is checked, or the stream's preamble is sent.
        case opening(isHeadSent: Bool)
        /// A lane decides what is sent.
        case streaming(Streaming)
        /// The response is complete, or somebody else's.
        case over
    }

    private struct Watching {
        /// Requests that Hummingbird has not answered yet.
        var unanswered = 0
        /// A request for a stream that waits for earlier responses, with what followed it; empty when none waits.
        var held: [HTTPRequestPart] = []
        /// A read was asked for while a request was held.
        var isReadHeld = false
    }

    private struct Streaming {
        var isBackpressured = false
        /// The body's end is written and not yet sent.
        var isEnding = false
        /// The channel closes as soon as the body's end is sent.
        var closesAfterEnd = false
    }

    /// Bytes that a client may send on its stream.
    private static let mostReceived = 64 * 1024

    let version: Version
    private var phase = Phase.watching(Watching())
    private var received = 0
    /// Whether Hummingbird's handlers are in the channel.
    private(set) var isHummingbirdInstalled = false

    init(_ version: Version) {
        self.version = version
    }

    // MARK: Requests

    /// Whether the next request's head decides what the channel becomes.
    var isWatching: Bool {
        if case .watching(let watching) = phase { watching.held.isEmpty } else { false }
    }

    var isOpening: Bool { if case .opening = phase { true } else { false } }
    var isStreaming: Bool { if case .streaming = phase { true } else { false } }

    /// - Parameter asksForStream: whether the part is the head of a request for a stream.
    mutating func received(_ part: HTTPRequestPart, asksForStream: Bool) -> ReadAction {
        switch phase {
        case .watching(var watching):
            let action = watch(part, &watching, asksForStream)
            phase = action == .open ? .opening(isHeadSent: false) : .watching(watching)
            return action
        case .opening, .streaming:
            received += part.approximateByteCount
            return received > Self.mostReceived ? .close : .none
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

    /// - Returns: whether the channel reads now.
    mutating func readRequested() -> Bool {
        guard case .watching(var watching) = phase, !watching.held.isEmpty else { return true }
        watching.isReadHeld = true
        phase = .watching(watching)
        return false
    }

    mutating func hummingbirdInstalled() { isHummingbirdInstalled = true }

    /// Hummingbird has written the end of a response.
    ///
    /// - Returns: whether what is held goes on.
    mutating func hummingbirdAnswered() -> Bool {
        guard case .watching(var watching) = phase else { return false }
        watching.unanswered -= 1
        phase = .watching(watching)
        return watching.unanswered == 0 && !watching.held.isEmpty
    }

    /// Takes the held parts, which the handler then reads again.
    mutating func takeHeld() -> [HTTPRequestPart] {
        guard case .watching(var watching) = phase else { return [] }
        let parts = watching.held
        watching.held = []
        phase = .watching(watching)
        return parts
    }

    /// - Returns: whether the channel reads now what it was asked to read while a request was held.
    mutating func takeHeldRead() -> Bool {
        guard case .watching(var watching) = phase, watching.held.isEmpty, watching.isReadHeld else { return false }
        watching.isReadHeld = false
        phase = .watching(watching)
        return true
    }

    // MARK: The response

    /// - Returns: whether the response's head goes before the bytes that are sent now; nil where nothing may be sent.
    mutating func sendsHead() -> Bool? {
        guard case .opening(let isHeadSent) = phase else { return nil }
        phase = .opening(isHeadSent: true)
        return !isHeadSent
    }

    /// A lane decides from here on.
    mutating func streams() { phase = .streaming(Streaming()) }

    /// No lane took the stream.
    mutating func streamsNoMore() {
        if case .streaming = phase { phase = .opening(isHeadSent: true) }
    }

    /// The response is complete, or the connection is somebody else's.
    mutating func isOver() { phase = .over }

    // MARK: The stream

    /// - Returns: whether more may be written at once.
    mutating func flushed(isWritable: Bool) -> Bool {
        guard case .streaming(var streaming) = phase else { return true }
        streaming.isBackpressured = !isWritable
        phase = .streaming(streaming)
        return isWritable
    }

    /// - Returns: whether the lane is told that more may be written.
    mutating func becameWritable() -> Bool {
        guard case .streaming(var streaming) = phase, streaming.isBackpressured else { return false }
        streaming.isBackpressured = false
        phase = .streaming(streaming)
        return true
    }

    /// The body's end is written.
    mutating func ends() {
        guard case .streaming(var streaming) = phase else { return }
        streaming.isEnding = true
        phase = .streaming(streaming)
    }

    /// The body's end is sent.
    ///
    /// - Returns: whether the channel closes now.
    mutating func ended() -> Bool {
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
        return .afterWrite
    }

    // MARK: Ends

    /// Whether Hummingbird may close the channel: a stream on it is not Hummingbird's to close.
    var mayHummingbirdClose: Bool { if case .watching = phase { true } else { false } }

    /// The service shuts down. The hub ends streams, Hummingbird its requests; an HTTP/1.1 connection without either closes.
    var onQuiesce: EventAction {
        guard case .watching = phase else { return .ignore }
        return !isHummingbirdInstalled && version == .http1 ? .close : .passOn
    }

    /// The client has closed its side, even only for sending: it has left, as for other servers of streams. Hummingbird
    /// decides on requests of its own.
    var onInputClosed: EventAction {
        guard version == .http1 else { return .passOn }
        if case .watching = phase, isHummingbirdInstalled { return .passOn }
        return .close
    }

    /// Bytes that are no HTTP have come. Hummingbird answers them where no stream has begun.
    mutating func onError() -> EventAction {
        guard case .watching(var watching) = phase, version == .http1 else { return .close }
        watching.held = []
        phase = .watching(watching)
        return .passOn
    }
}

extension HTTPRequestPart {
    /// About how many bytes the client sent for this part.
    fileprivate var approximateByteCount: Int {
        switch self {
        case .head(let request): 256 + (request.path?.utf8.count ?? 0)
        case .body(let buffer): buffer.readableBytes
        case .end: 0
        }
    }
}
