import Glibc
import HTTPTypes
import LiveStreams
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Answers requests for streams on the event loop; all others are the web framework's, which is brought into the channel
/// when the first of them comes. One for each HTTP/1.1 connection, and one for each stream of HTTP/2.
///
/// A stream that has begun costs no task and no buffer here: the lane that serves it keeps what there is to know.
final class StreamFront: ChannelDuplexHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What the channel is.
    enum Transport: Sendable, Equatable {
        case http1(isSecure: Bool)
        case http2
    }

    private enum State {
        /// Looks at requests as they come.
        case watching
        /// Judges a request for a stream, or begins the stream.
        case opening
        /// A lane says what is sent.
        case streaming(StreamOutlet)
        /// Everything is said.
        case over
    }

    /// Bytes that a client may send on its stream before it is taken for something else.
    private static let mostReceived = 64 * 1024
    /// How long a client has to take the beginning of a stream, or its end.
    static let patience = TimeAmount.seconds(5)
    /// How long a client that has been told everything has to close.
    private static let linger = TimeAmount.seconds(1)

    let transport: Transport
    let loop: StreamLoop
    private let opener: StreamOpener
    private let framework: FrameworkEntrance
    private let idleTimeout: TimeAmount
    private(set) var context: ChannelHandlerContext?
    private var state = State.watching
    private var isFrameworkThere = false
    /// Requests that the framework has not answered yet.
    private var unanswered = 0
    /// A request for a stream, and what followed it, that waits for the answers before it; nil when nothing waits.
    private var held: [HTTPRequestPart]?
    private var isReadHeld = false
    private var received = 0
    private var isHeadSent = false
    private var isOutletFull = false
    /// The stream's end is written, and not all of it has gone.
    private var isEnding = false
    private var isClosing = false
    private var idleTask: Scheduled<Void>?

    init(
        _ transport: Transport,
        loop: StreamLoop,
        opener: StreamOpener,
        framework: FrameworkEntrance,
        idleTimeout: TimeAmount
    ) {
        self.transport = transport
        self.loop = loop
        self.opener = opener
        self.framework = framework
        self.idleTimeout = idleTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        guard transport != .http2 else { return }
        idleTask = context.eventLoop.assumeIsolated().scheduleTask(in: idleTimeout) {
            self.context?.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stopWaiting()
        self.context = nil
    }

    private func stopWaiting() {
        idleTask?.cancel()
        idleTask = nil
    }
}

@available(*, unavailable)
extension StreamFront: Sendable {}

/// Asks a channel to close whatever is under way, streams included.
struct CutOff: Sendable {}

// MARK: What comes in

extension StreamFront {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch state {
        case .watching:
            if held != nil { held?.append(part) } else { take(part, context) }
        case .opening, .streaming: drop(part, context)
        case .over: break
        }
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        if case .head(let request) = part {
            stopWaiting()
            if let target = StreamTarget(request) {
                guard unanswered == 0 else { return held = [part] }
                return open(target, request, context)
            }
            unanswered += 1
        }
        guard enterFramework(context) else { return }
        context.fireChannelRead(wrapInboundOut(part))
    }

    private func enterFramework(_ context: ChannelHandlerContext) -> Bool {
        guard !isFrameworkThere else { return true }
        stopWaiting()
        do {
            try framework.enter(context.channel, idleTimeout: transport == .http2 ? nil : idleTimeout)
            isFrameworkThere = true
        } catch {
            context.close(promise: nil)
        }
        return isFrameworkThere
    }

    /// What a client sends on its stream means nothing.
    private func drop(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let request): received += 256 + (request.path?.utf8.count ?? 0)
        case .body(let buffer): received += buffer.readableBytes
        case .end: break
        }
        if received > Self.mostReceived { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        let isWatching = if case .watching = state { true } else { false }
        switch event {
        case is ChannelShouldQuiesceEvent where !isWatching:
            // The hub ends streams.
            break
        case is ChannelShouldQuiesceEvent where !isFrameworkThere && transport != .http2:
            context.close(promise: nil)
        case let event as ChannelEvent
        where event == .inputClosed && transport != .http2 && !(isWatching && isFrameworkThere):
            // A client that has closed its side, even only for sending, has left: as for other servers of streams.
            context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .watching = state, transport != .http2 {
            held = nil
            // The framework says what is wrong with a request that is none.
            guard enterFramework(context) else { return }
            return context.fireErrorCaught(error)
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopWaiting()
        if case .streaming(let outlet) = state { outlet.closed() }
        state = .over
        held = nil
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isOutletFull, context.channel.isWritable, case .streaming(let outlet) = state {
            isOutletFull = false
            outlet.freed()
        }
        context.fireChannelWritabilityChanged()
    }
}

// MARK: What the framework does

extension StreamFront {
    func read(context: ChannelHandlerContext) {
        if held == nil { context.read() } else { isReadHeld = true }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data) else { return }
        unanswered -= 1
        guard unanswered == 0, held != nil else { return }
        context.eventLoop.assumeIsolated().execute { self.release() }
    }

    /// Once a stream is on the channel, it is not the framework's to close.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if case .watching = state { return context.close(mode: mode, promise: promise) }
        promise?.succeed()
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is CutOff else { return context.triggerUserOutboundEvent(event, promise: promise) }
        context.close(promise: promise)
    }

    /// Goes on with what waited for the framework's answers.
    private func release() {
        guard let context, let parts = held else { return }
        held = nil
        for part in parts { channelRead(context: context, data: wrapInboundOut(part)) }
        guard held == nil, isReadHeld else { return }
        isReadHeld = false
        context.read()
    }
}

// MARK: Streams

extension StreamFront {
    private func open(_ target: StreamTarget, _ request: HTTPRequest, _ context: ChannelHandlerContext) {
        state = .opening
        // Nothing follows a stream on its connection.
        if !isFrameworkThere, transport != .http2 { framework.close() }
        let front = NIOLoopBound(self, eventLoop: context.eventLoop)
        let asked = Asked(target: target, request: request, address: context.channel.clientAddress)
        let (opener, executor) = (opener, loop.executor)
        loop.pace.admit {
            // Whoever has left meanwhile asks for nothing any more.
            guard case .opening = front.value.state else { return }
            Self.start(asked, opener, front, on: executor)
        }
    }

    private struct Asked: Sendable {
        let target: StreamTarget
        let request: HTTPRequest
        let address: String
    }

    private static func start(
        _ asked: Asked,
        _ opener: StreamOpener,
        _ front: NIOLoopBound<StreamFront>,
        on executor: EventLoopTaskExecutor
    ) {
        _ = Task<Void, Never>(executorPreference: executor) { await serve(asked, opener, front) }
    }

    private static func serve(_ asked: Asked, _ opener: StreamOpener, _ front: NIOLoopBound<StreamFront>) async {
        do {
            let rest: [UInt8]
            switch try await opener.open(asked.target, asked.request, from: asked.address) {
            case .busy(let bytes): rest = bytes
            case .opens(let opened):
                var sink = FrontSink(front, opener.hub, opened.view)
                if try await opened.opening.run(sink: &sink, start: opened.start) { return }
                rest = sink.takeHeld()
            }
            front.value.finish(rest)
        } catch is SinkClosed {
            front.value.context?.close(promise: nil)
        } catch {
            front.value.refuse(Problem(error, on: asked.request.path ?? "", opener.logger))
        }
    }

    private var head: HTTPResponse {
        var fields = StreamRoutes.fields
        fields[.date] = loop.date
        // Nothing follows a stream on its connection, which a proxy must not keep for other requests.
        if transport != .http2 { fields[.connection] = "close" }
        return HTTPResponse(status: .ok, headerFields: fields)
    }

    /// Writes bytes of the body, and the head before the first of them.
    func send(_ bytes: [UInt8], promise: EventLoopPromise<Void>) {
        guard let context, case .opening = state else { return promise.fail(SinkClosed()) }
        if !isHeadSent {
            isHeadSent = true
            context.write(wrapOutboundOut(.head(head)), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: promise)
    }

    /// The connection is a lane's; the channel goes without a word to the client.
    func isHandedOff() {
        state = .over
        context?.close(mode: .all, promise: nil)
    }

    /// A lane says what is sent from here on.
    func follow(_ outlet: StreamOutlet) {
        guard let context, context.channel.isActive else { return outlet.closed() }
        state = .streaming(outlet)
        if transport != .http2 { context.channel.endWhenPeerVanishes() }
    }

    /// No lane takes the stream.
    func unfollow() {
        if case .streaming = state { state = .opening }
    }

    private func finish(_ bytes: [UInt8]) {
        guard let context, case .opening = state else { return }
        if !isHeadSent { context.write(wrapOutboundOut(.head(head)), promise: nil) }
        if !bytes.isEmpty { context.write(wrapOutboundOut(.body(ByteBuffer(bytes: bytes))), promise: nil) }
        end(context)
    }

    private func refuse(_ problem: Problem) {
        guard let context, case .opening = state else { return }
        guard !isHeadSent else { return context.close(promise: nil) }
        let body = problem.json
        var fields = problem.fields
        fields[.date] = loop.date
        fields[.contentLength] = String(body.count)
        if transport != .http2 { fields[.connection] = "close" }
        context.write(
            wrapOutboundOut(.head(HTTPResponse(status: problem.status, headerFields: fields))),
            promise: nil
        )
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
        end(context)
    }

    /// The response ends here, and the connection with it, where it is HTTP/1.1.
    private func end(_ context: ChannelHandlerContext) {
        state = .over
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
        guard transport != .http2 else { return }
        written.futureResult.assumeIsolated().whenComplete { [transport] result in
            guard case .success = result, transport == .http1(isSecure: false) else {
                return context.close(promise: nil)
            }
            // Unread bytes would turn a close into a reset, and lose what was said.
            context.close(mode: .output, promise: nil)
            context.eventLoop.assumeIsolated().scheduleTask(in: Self.linger) { context.close(promise: nil) }
        }
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
    }

    // MARK: For the outlet

    func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool) {
        guard let context, case .streaming = state, let bytes = loop.buffer(block, range) else { return }
        context.write(wrapOutboundOut(.body(bytes)), promise: nil)
        guard isLast else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        isEnding = true
        written.futureResult.assumeIsolated().whenComplete { _ in
            self.isEnding = false
            if self.isClosing { self.closeStream() }
        }
        context.write(wrapOutboundOut(.end(nil)), promise: written)
    }

    func flush() -> Bool {
        guard let context, case .streaming = state else { return true }
        context.flush()
        isOutletFull = !context.channel.isWritable
        return !isOutletFull
    }

    func closeStream() {
        guard let context, case .streaming = state else { return }
        guard isEnding else { return context.close(promise: nil) }
        // Its last words are on their way to a slow client.
        guard !isClosing else { return }
        isClosing = true
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
    }
}

extension Channel {
    /// A peer that vanished without a word must not keep its place for the quarter of an hour that TCP would try. Called on a
    /// connection, not on a stream of one.
    func endWhenPeerVanishes() {
        // It fails where the connection is closed already, and where it is no TCP.
        setOption(.tcpOption(.init(rawValue: CInt(TCP_USER_TIMEOUT))), value: 30_000).whenComplete { _ in }
    }
}
