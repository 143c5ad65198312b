import NIOCore

/// Joins the writes and flushes of one turn of the event loop: a hundred streams of a connection that are written in
/// the same turn cost a few TLS records and one system call instead of hundreds.
final class FlushConsolidationHandler: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The bytes that are joined at most: those of one TLS record.
    private static let joinedBytes = 16 * 1024
    /// The bytes from which on a write is not copied.
    private static let largeBytes = 4 * 1024

    /// Small writes that go on together, and their promises.
    private var joined = ByteBuffer()
    private var promises: [EventLoopPromise<Void>] = []
    private var isFlushPending = false
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        flushPending()
        self.context = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        guard bytes.readableBytes < Self.largeBytes else {
            writeJoined(context)
            return context.write(data, promise: promise)
        }
        if joined.readableBytes + bytes.readableBytes > Self.joinedBytes { writeJoined(context) }
        joined.writeImmutableBuffer(bytes)
        if let promise { promises.append(promise) }
    }

    private func writeJoined(_ context: ChannelHandlerContext) {
        guard joined.readableBytes > 0 || !promises.isEmpty else { return }
        let (bytes, promises) = (joined, promises)
        (joined, self.promises) = (ByteBuffer(), [])
        guard promises.count > 1 else { return context.write(wrapOutboundOut(bytes), promise: promises.first) }
        let written = context.eventLoop.makePromise(of: Void.self)
        for promise in promises { written.futureResult.cascade(to: promise) }
        context.write(wrapOutboundOut(bytes), promise: written)
    }

    func flush(context: ChannelHandlerContext) {
        guard !isFlushPending else { return }
        isFlushPending = true
        context.eventLoop.assumeIsolated().execute { self.flushPending() }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        flushPending()
        context.close(mode: mode, promise: promise)
    }

    private func flushPending() {
        guard let context else { return }
        writeJoined(context)
        guard isFlushPending else { return }
        isFlushPending = false
        context.flush()
    }
}

@available(*, unavailable)
extension FlushConsolidationHandler: Sendable {}
