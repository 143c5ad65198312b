import NIOCore

/// Bounds the memory of all requests whose header has begun and is not complete, since such a request needs no token.
///
/// Stands before the decoder. A header that comes whole with one read is never counted.
final class HeadMeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let budget: MemoryBudget
    /// True while the next complete header begins a request.
    private var isAwaitingHead = true
    /// The bytes since the last request's end, or a few more.
    private var pending = 0
    private var lastRead = 0
    /// The bytes that are taken from the budget.
    private var taken = 0

    init(_ budget: MemoryBudget) {
        self.budget = budget
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastRead = unwrapInboundIn(data).readableBytes
        if isAwaitingHead { pending += lastRead }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        let owed = isAwaitingHead ? pending : 0
        if owed < taken {
            budget.give(taken - owed)
        } else if owed > taken, !budget.take(owed - taken) {
            return context.close(promise: nil)
        }
        taken = owed
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        budget.give(taken)
        taken = 0
    }

    /// The decoder has read a whole header.
    func headCompleted() {
        isAwaitingHead = false
        pending = 0
    }

    /// The decoder has read a request to its end. The next one may have begun with the same bytes.
    func requestEnded() {
        isAwaitingHead = true
        pending = lastRead
    }
}

@available(*, unavailable)
extension HeadMeter: Sendable {}
