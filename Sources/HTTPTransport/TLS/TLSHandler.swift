import NIOCore
import NIOTLS

/// Encrypts and decrypts the bytes of an accepted connection. The first handler of its channel.
///
/// The channel keeps no buffer here while it is quiet. A lane may take the session over with the connection's socket.
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case handshaking
        case open
        /// The closing alert is sent. The channel closes when the client's has come, or when the time is over.
        case closing(Scheduled<Void>, EventLoopPromise<Void>)
        /// The channel closes, or the session has another owner: nothing passes any more.
        case over
    }

    private var session: TLSSession?
    private var phase = Phase.handshaking
    private var unflushed = TLSWrites()
    /// True when writes are to be flushed once the handshake is done.
    private var isFlushHeld = false
    private var (isInputEnded, isOutputEnded) = (false, false)
    /// True when content was passed on since the last complete read.
    private var hasDelivered = false

    init(_ session: TLSSession) { self.session = session }

    func handlerRemoved(context: ChannelHandlerContext) { end(ChannelError.ioOnClosedChannel) }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Bytes behind the client's closing alert are ignored (RFC 8446, section 6.1).
        guard let session, !isInputEnded else { return }
        var bytes = unwrapInboundIn(data)
        session.append(&bytes)
        if case .handshaking = phase { shakeHands(session, context) } else { decrypt(session, context) }
    }

    private func shakeHands(_ session: TLSSession, _ context: ChannelHandlerContext) {
        let outcome = session.handshake()
        send(context)
        switch outcome {
        case .pending: break
        case .ended: fail(.endedDuringHandshake, context)
        case .failed(let error): fail(error, context)
        case .done:
            phase = .open
            let negotiated = session.negotiatedProtocol
            context.fireUserInboundEventTriggered(TLSUserEvent.handshakeCompleted(negotiatedProtocol: negotiated))
            decrypt(session, context)
            if isFlushHeld { flush(context: context) }
        }
    }

    private func decrypt(_ session: TLSSession, _ context: ChannelHandlerContext) {
        let isOpen = if case .open = phase { true } else { false }
        let (content, outcome) = session.read()
        // Alerts that the client's bytes have caused.
        send(context)
        // A channel that closes reads to its client's closing alert.
        if isOpen, content.readableBytes > 0 {
            hasDelivered = true
            context.fireChannelRead(wrapInboundOut(content))
        }
        switch outcome {
        case .done, .pending: break
        case .ended: inputEnded(context)
        case .failed(let error): fail(error, context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasDelivered {
            hasDelivered = false
            context.fireChannelReadComplete()
        } else {
            readOn(context)
        }
    }

    /// Reads again where nobody else does, since what came was no content.
    private func readOn(_ context: ChannelHandlerContext) {
        // A channel that cannot tell reads by itself.
        if (try? context.channel.syncOptions?.getOption(.autoRead)) == false { context.read() }
    }

    /// The client's closing alert has come.
    private func inputEnded(_ context: ChannelHandlerContext) {
        guard !isInputEnded else { return }
        isInputEnded = true
        switch phase {
        case .handshaking, .over: break
        case .closing: finishClose(context)
        case .open:
            // A channel that cannot tell closes with its client.
            guard !isOutputEnded, (try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)) == true else {
                return close(context: context, mode: .all, promise: nil)
            }
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event as? ChannelEvent == .inputClosed else { return context.fireUserInboundEventTriggered(event) }
        switch phase {
        case .handshaking:
            context.fireUserInboundEventTriggered(event)
            fail(.endedDuringHandshake, context)
        case .open where isInputEnded: break
        case .open:
            isInputEnded = true
            context.fireErrorCaught(TLSError.truncated)
            context.fireUserInboundEventTriggered(event)
        case .closing: finishClose(context)
        case .over: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let error: TLSError? =
            switch phase {
            case .handshaking: .endedDuringHandshake
            case .open: isInputEnded ? nil : .truncated
            case .closing, .over: nil
            }
        end(error ?? ChannelError.ioOnClosedChannel)
        if let error { context.fireErrorCaught(error) }
        context.fireChannelInactive()
    }

    // MARK: Writing

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch phase {
        case .handshaking, .open:
            guard !isOutputEnded else { return promise?.fail(ChannelError.outputClosed) ?? () }
            unflushed.append(unwrapOutboundIn(data), promise)
        case .closing, .over: promise?.fail(ChannelError.ioOnClosedChannel)
        }
    }

    func flush(context: ChannelHandlerContext) {
        switch phase {
        case .handshaking: isFlushHeld = true
        case .open:
            encrypt(context)
            context.flush()
        case .closing, .over: context.flush()
        }
    }

    /// Encrypts all writes, and hands them on without a flush.
    private func encrypt(_ context: ChannelHandlerContext) {
        guard let session else { return }
        let error = unflushed.take().encrypt(by: session) { bytes, promises in
            guard promises.count > 1 else { return context.write(wrapOutboundOut(bytes), promise: promises.first) }
            let all = context.eventLoop.makePromise(of: Void.self)
            all.futureResult.whenComplete { result in
                for promise in promises { promise.completeWith(result) }
            }
            context.write(wrapOutboundOut(bytes), promise: all)
        }
        if let error { fail(error, context) }
    }

    /// Sends what the protocol itself has written.
    private func send(_ context: ChannelHandlerContext) {
        guard let bytes = session?.takeOutbound() else { return }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    // MARK: Closing

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .input: promise?.fail(ChannelError.operationUnsupported)
        case .output: closeOutput(context, promise)
        case .all: closeAll(context, promise)
        }
    }

    private func closeOutput(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        guard case .open = phase, let session, !isOutputEnded else {
            return context.close(mode: .output, promise: promise)
        }
        guard !isInputEnded else { return closeAll(context, promise) }
        encrypt(context)
        isOutputEnded = true
        _ = session.close()
        send(context)
        context.close(mode: .output, promise: promise)
    }

    private func closeAll(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        switch phase {
        case .closing(_, let closed): closed.futureResult.cascade(to: promise)
        case .handshaking, .over:
            end(ChannelError.ioOnClosedChannel)
            context.close(promise: promise)
        case .open:
            let closed = promise ?? context.eventLoop.makePromise()
            let timeout = context.eventLoop.assumeIsolated().scheduleTask(in: TLSProfile.closeDeadline) {
                self.finishClose(context)
            }
            phase = .closing(timeout, closed)
            if !isOutputEnded, let session {
                _ = session.close()
                send(context)
            }
            // A write that fails may ask for another close.
            unflushed.take().fail(ChannelError.ioOnClosedChannel)
            if isInputEnded { finishClose(context) } else { readOn(context) }
        }
    }

    private func finishClose(_ context: ChannelHandlerContext) {
        guard case .closing(let timeout, let closed) = phase else { return }
        timeout.cancel()
        phase = .over
        session = nil
        context.close(promise: closed)
    }

    /// Closes the channel at once.
    private func fail(_ error: TLSError, _ context: ChannelHandlerContext) {
        switch phase {
        case .over: return
        case .closing: return finishClose(context)
        case .handshaking, .open: end(error)
        }
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    private func end(_ error: any Error) {
        if case .closing(let timeout, let closed) = phase {
            timeout.cancel()
            closed.succeed()
        }
        phase = .over
        session = nil
        unflushed.take().fail(error)
    }

    // MARK: Hand-off

    /// Offers the session to another owner, with a descriptor of the connection's socket.
    ///
    /// - Parameter adopt: takes the session; returns whether it does.
    /// - Returns: true where the session was taken. The channel must be closed at once then, which has no effect on the
    ///   connection.
    func offer(_ descriptor: CInt, on channel: any Channel, to adopt: (TLSSession) -> Bool) -> Bool {
        guard case .open = phase, let session, session.isSettled, unflushed.isEmpty, !isInputEnded, !isOutputEnded,
            // Bytes that the system has not taken would come after those of the other owner.
            (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) == 0
        else { return false }
        self.session = nil
        session.use(descriptor)
        guard adopt(session) else {
            session.use(nil)
            self.session = session
            return false
        }
        phase = .over
        return true
    }
}

@available(*, unavailable)
extension TLSHandler: Sendable {}
