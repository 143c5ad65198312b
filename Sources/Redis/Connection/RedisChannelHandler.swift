import DequeModule
import NIOCore
import NIOSSL

/// Sends commands, gives each its answer in order, and hands pushed data on.
///
/// Anything wrong ends the connection: after it no answer could be told from another.
final class RedisChannelHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = RedisRequest
    typealias OutboundOut = ByteBuffer

    private struct Pending {
        let request: RedisRequest
        let deadline: Scheduled<Void>
    }

    private var parser: RESPParser
    private var pending: Deque<Pending> = []
    private var failure: RedisError?
    private let onPush: @Sendable ([RESPValue]) -> Void
    private let onBytes: @Sendable () -> Void

    /// - Parameters:
    ///   - onPush: called on the event loop with data that the server sends without being asked.
    ///   - onBytes: called whenever anything arrives.
    init(
        limits: RESPParser.Limits,
        onPush: @escaping @Sendable ([RESPValue]) -> Void,
        onBytes: @escaping @Sendable () -> Void
    ) {
        parser = RESPParser(limits: limits)
        self.onPush = onPush
        self.onBytes = onBytes
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let request = unwrapOutboundIn(data)
        if let failure {
            request.promise.fail(failure)
            promise?.fail(failure)
            return
        }
        let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let deadline = context.eventLoop.scheduleTask(in: request.timeout) {
            handler.value.end(.timeout(request.subject), bound.value)
        }
        pending.append(Pending(request: request, deadline: deadline))
        context.writeAndFlush(wrapOutboundOut(request.command.bytes), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard failure == nil else { return }
        onBytes()
        parser.feed(unwrapInboundIn(data))
        do throws(RESPError) {
            while failure == nil, let value = try parser.next() { take(value, context) }
        } catch {
            end(.protocolViolation("\(error)"), context)
        }
    }

    private func take(_ value: RESPValue, _ context: ChannelHandlerContext) {
        guard case .push(let elements) = value else {
            guard let first = pending.popFirst() else {
                return end(.protocolViolation("the server answered nothing that was asked"), context)
            }
            first.deadline.cancel()
            if case .error(let message) = value {
                first.request.promise.fail(RedisError.server(ServerMessage.loggable(message)))
            } else if first.request.confirmation != nil {
                first.request.promise.fail(RedisError.protocolViolation("a subscription was answered by a value"))
            } else {
                first.request.promise.succeed(value)
            }
            return
        }
        if let kind = elements.first?.text, let first = pending.first, first.request.confirmation == kind {
            pending.removeFirst()
            first.deadline.cancel()
            first.request.promise.succeed(value)
        } else {
            onPush(elements)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.closed("the server closed it"), context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(error as? RedisError ?? .closed(Self.text(error)), context)
    }

    /// A short text of an error of NIO's.
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as IOError: error.localizedDescription
        case NIOSSLError.handshakeFailed(let reason): "TLS: \(reason)"
        default: "\(error)"
        }
    }

    private func end(_ error: RedisError, _ context: ChannelHandlerContext) {
        guard failure == nil else { return }
        failure = error
        while let next = pending.popFirst() {
            next.deadline.cancel()
            next.request.promise.fail(error)
        }
        context.close(promise: nil)
    }
}
