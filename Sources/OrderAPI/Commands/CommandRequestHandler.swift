import HTTPTransport
import HTTPTypes
import NIOCore
import NIOHTTPTypes
import OrderLog

/// Answers requests for single commands on the event loop: decodes them in place, queues them to the appender, and
/// writes the answer when the appender has delivered it. No task, no async channel and no logger is made for them.
///
/// Takes only requests that are sure to reach the appender's queue or to be refused by their body: the caller's token
/// is known, and nothing in the head is wrong or rare. All others, and a body that cannot be had whole, go to the
/// framework, which answers with the same `CommandCall`.
final class CommandRequestHandler: ChannelDuplexHandler, RemovableChannelHandler, WholeRequestReceiver {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// A command that is being received or answered. A channel that carries something else holds no room for one.
    private final class Exchange {
        let call: CommandCall
        let head: HTTPRequest
        let began = ContinuousClock.now
        /// The part of the body that has come.
        var body: ByteBuffer?
        /// The memory that the body takes while it is awaited; nil for a body that came with its head.
        var share: SharedBudget.Share?

        init(_ call: CommandCall, _ head: HTTPRequest) {
            self.call = call
            self.head = head
        }

        var bodyByteCount: Int { body?.readableBytes ?? 0 }

        /// Gives the body up, and its memory back.
        func takeBody() -> ByteBuffer? {
            share?.giveBack(bodyByteCount)
            share = nil
            defer { body = nil }
            return body
        }
    }

    /// An event that waits until the command is answered, as the framework lets it wait.
    private enum Deferred {
        case event(Any)
        case error(any Error)
    }

    private let commands: CommandResponder
    private let mailbox: ReceiptMailbox
    private let exchanges: any WholeExchanges
    private let isHTTP2: Bool
    private var context: ChannelHandlerContext?
    private var state = CommandRequestState()
    private var exchange: Exchange?
    private var deferred: [Deferred] = []
    /// Takes the answers of the channel's commands, of which there is one at a time.
    private var delivery: ReceiptMailbox.Delivery?

    /// - Parameter exchanges: those of the handler's channel.
    init(_ commands: CommandResponder, mailbox: ReceiptMailbox, exchanges: any WholeExchanges, isHTTP2: Bool) {
        self.commands = commands
        self.mailbox = mailbox
        self.exchanges = exchanges
        self.isHTTP2 = isHTTP2
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        exchanges.receiver = self
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        exchanges.receiver = nil
        _ = exchange?.takeBody()
        delivery = nil
        self.context = nil
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        var command: Exchange?
        if case .head(let request) = part, state.isWatching {
            command = commands.call(for: request).map { Exchange($0, request) }
        }
        switch state.received(part, isCommand: command != nil) {
        case .hold: break
        case .passOn:
            context.fireChannelRead(data)
            // An HTTP/2 stream has no second request.
            if isHTTP2, case .head = part {
                context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            }
        case .begin: exchange = command
        case .collect: collect(part, context)
        case .submit: submit(context)
        }
    }

    func takes(_ request: HTTPRequest) -> Bool {
        guard state.takesCommands, let call = commands.call(for: request) else { return false }
        exchange = Exchange(call, request)
        return true
    }

    func receive(body: ByteBuffer?) {
        guard let context else { return }
        state.receivedWhole()
        exchange?.body = body
        submit(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        askForBody(context)
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if state.readRequested(isWritable: context.channel.isWritable) { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        releaseRead(context)
        context.fireChannelWritabilityChanged()
    }

    private func releaseRead(_ context: ChannelHandlerContext) {
        if state.takeHeldRead(isWritable: context.channel.isWritable) { context.read() }
    }

    /// Asks the client for the rest of a command that has not come whole.
    private func askForBody(_ context: ChannelHandlerContext) {
        guard state.isReceiving, let exchange, exchange.share == nil else { return }
        let share = JSONBody.budget.share(of: exchange.call.caller.holder)
        guard share.take(exchange.bodyByteCount) else { return handOver(context) }
        exchange.share = share
        context.triggerUserOutboundEvent(RequestBodyWanted(), promise: nil)
    }

    private func collect(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        guard case .body(var bytes) = part, let exchange else { return }
        let count = bytes.readableBytes
        guard exchange.bodyByteCount + count <= JSONBody.limit, exchange.share?.take(count) ?? true else {
            handOver(context)
            return context.fireChannelRead(wrapInboundOut(part))
        }
        if exchange.body == nil { exchange.body = bytes } else { exchange.body?.writeBuffer(&bytes) }
    }

    /// Lets the framework answer the command that is being received.
    private func handOver(_ context: ChannelHandlerContext) {
        guard let exchange else { return }
        self.exchange = nil
        state.handedOver()
        context.fireChannelRead(wrapInboundOut(.head(exchange.head)))
        if let body = exchange.takeBody() { context.fireChannelRead(wrapInboundOut(.body(body))) }
        context.fireChannelReadComplete()
        passDeferred(context)
    }

    private func submit(_ context: ChannelHandlerContext) {
        guard let exchange else { return }
        do throws(Problem) {
            let submission = try exchange.call.submission(of: exchange.takeBody() ?? ByteBuffer())
            commands.submit(submission, to: mailbox, delivery(on: context.eventLoop))
        } catch {
            respond(error.answer)
        }
    }

    private func delivery(on eventLoop: any EventLoop) -> ReceiptMailbox.Delivery {
        if let delivery { return delivery }
        let handler = NIOLoopBound(self, eventLoop: eventLoop)
        let made: ReceiptMailbox.Delivery = { answer in handler.value.deliver(answer) }
        delivery = made
        return made
    }

    // MARK: Responses

    private func deliver(_ answer: PendingReceipt.Answer) {
        guard let exchange else { return }
        respond(exchange.call.response(to: answer))
    }

    /// Counts the response, writes it where the client is still there, and reads on.
    private func respond(_ answer: TransportAnswer) {
        guard let exchange else { return }
        self.exchange = nil
        commands.metrics.answered(
            .post,
            route: exchange.call.target.route,
            status: answer.status,
            in: .now - exchange.began
        )
        exchange.call.span?.answered(exchange.head, route: exchange.call.route, status: answer.status)
        let isHolding = state.commandAnswered()
        guard let context, context.channel.isActive else { return }
        exchanges.answer(answer)
        if isHolding { readHeld() } else { passDeferred(context) }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data), state.responsePassed() else { return }
        context.eventLoop.assumeIsolated().execute { self.readHeld() }
    }

    /// Reads the parts that were held until the requests before them were answered.
    private func readHeld() {
        guard let context else { return }
        for part in state.takeHeld() { channelRead(context: context, data: wrapInboundOut(part)) }
        // The framework's channel takes the parts of one read together, at its end.
        channelReadComplete(context: context)
        releaseRead(context)
        if !state.isBusy { passDeferred(context) }
    }

    // MARK: Events

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client sends nothing more: the framework answers a command that is not whole.
        if state.isReceiving, event as? ChannelEvent == .inputClosed { handOver(context) }
        guard state.isBusy else { return context.fireUserInboundEventTriggered(event) }
        deferred.append(.event(event))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if state.isReceiving { handOver(context) }
        guard state.isBusy else { return context.fireErrorCaught(error) }
        deferred.append(.error(error))
    }

    private func passDeferred(_ context: ChannelHandlerContext) {
        let passed = deferred
        deferred = []
        for item in passed {
            switch item {
            case .event(let event): context.fireUserInboundEventTriggered(event)
            case .error(let error): context.fireErrorCaught(error)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        _ = exchange?.takeBody()
        if state.isReceiving { exchange = nil }
        _ = state.takeHeld()
        deferred = []
        context.fireChannelInactive()
    }
}

@available(*, unavailable)
extension CommandRequestHandler: Sendable {}
