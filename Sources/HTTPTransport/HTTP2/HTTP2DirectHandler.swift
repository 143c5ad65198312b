import HTTPTypes
import NIOCore
import NIOHPACK
import NIOHTTP2

/// Answers requests of an HTTP/2 connection without a channel for each, where the application wants that. Stands before
/// the multiplexer, which makes channels for all other streams.
///
/// A request that has a body, or that NIO's codec might refuse, is left to a channel. NIO's own handler of frames
/// counts windows, holds bytes back, and checks what the client sends, for streams with and without a channel.
final class HTTP2DirectHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame
    typealias InboundOut = HTTP2Frame
    typealias OutboundOut = HTTP2Frame

    let eventLoop: any EventLoop
    let executor: any TaskExecutor
    let timeouts: ConnectionTimeouts
    let activity: ConnectionActivity
    /// The memory for the headers of requests that are being answered.
    let heads: MemoryBudget
    /// The peer's address without its port.
    let address: String
    private let responder: any HTTP2Responder
    private let exchanges: ExchangeFactory
    private var context: ChannelHandlerContext?
    private var responses: [HTTP2StreamID: HTTP2Response] = [:]
    private var isFlushNeeded = false

    /// - Parameter executor: runs tasks on the channel's event loop.
    init(
        on channel: any Channel,
        _ settings: ExchangeSettings,
        activity: ConnectionActivity,
        executor: any TaskExecutor,
        responder: any HTTP2Responder
    ) {
        eventLoop = channel.eventLoop
        address = channel.clientAddress
        timeouts = settings.timeouts
        heads = settings.streamHeads
        exchanges = ExchangeFactory(.http2, settings)
        self.activity = activity
        self.executor = executor
        self.responder = responder
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        closeAll()
        self.context = nil
    }

    // MARK: Frames

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.payload {
        case .headers(let headers) where headers.endStream && responses[frame.streamID] == nil:
            if begin(headers.headers, on: frame.streamID, context) { return }
        case .priority: break
        // A reset or a window's change is also told by an event.
        default: if responses[frame.streamID] != nil { return }
        }
        context.fireChannelRead(data)
    }

    /// - Returns: false for a request that is left to a channel.
    private func begin(_ block: HPACKHeaders, on id: HTTP2StreamID, _ context: ChannelHandlerContext) -> Bool {
        guard var request = HTTPRequest(block), responder.answers(request) else { return false }
        let memory = HTTP2StreamHandler.memory(of: request)
        guard heads.take(memory) else { return false }
        let exchange = exchanges.exchange(for: &request)
        guard exchange.answer == nil, !exchange.expectsContinue else {
            heads.give(memory)
            return false
        }
        let response = HTTP2Response(
            to: exchange,
            memory: memory,
            on: self,
            as: id,
            isConnectionWritable: context.channel.isWritable
        )
        responses[id] = response
        response.begin(responder.begin(request, on: response))
        return true
    }

    func write(_ payload: HTTP2Frame.FramePayload, on id: HTTP2StreamID, promise: EventLoopPromise<Void>?) {
        guard let context else { return promise?.fail(ChannelError.ioOnClosedChannel) ?? () }
        isFlushNeeded = true
        context.write(wrapOutboundOut(HTTP2Frame(streamID: id, payload: payload)), promise: promise)
    }

    /// Sends what was written on all streams.
    func flush() {
        guard isFlushNeeded else { return }
        isFlushNeeded = false
        context?.flush()
    }

    /// NIO has passed a frame on to the connection.
    func wroteData(_ count: Int, on id: HTTP2StreamID) { responses[id]?.sent(count) }

    // MARK: Events

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as StreamClosedEvent:
            guard let response = responses.removeValue(forKey: event.streamID) else { break }
            return response.closed()
        case let event as NIOHTTP2WindowUpdatedEvent where event.streamID == .rootStream:
            return widenWindow(from: event.inboundWindowSize, context)
        case let event as NIOHTTP2WindowUpdatedEvent where responses[event.streamID] != nil: return
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Lets the client send more once half of the connection's window is used. The multiplexer has one size for this
    /// window and for those of streams.
    private func widenWindow(from size: Int?, _ context: ChannelHandlerContext) {
        guard let size, size <= HTTP2Limits.connectionWindow / 2 else { return }
        write(.windowUpdate(windowSizeIncrement: HTTP2Limits.connectionWindow - size), on: .rootStream, promise: nil)
        flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        for response in responses.values { response.connectionWritabilityChanged(to: isWritable) }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        closeAll()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? NIOHTTP2Errors.StreamError { responses[error.streamID]?.close() }
        context.fireErrorCaught(error)
    }

    private func closeAll() {
        let open = responses.values
        responses = [:]
        for response in open { response.closed() }
    }
}

@available(*, unavailable)
extension HTTP2DirectHandler: Sendable {}
