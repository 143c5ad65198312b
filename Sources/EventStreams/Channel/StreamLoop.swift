import HTTPTransport
import NIOCore

/// The buffers and limits that the streams of one event loop share.
final class StreamLoop: ChannelExecutor {
    let loop: any EventLoop
    private let shared: NIOLoopBoundBox<Shared>
    private let limiter: NIOLoopBoundBox<OpenRateLimiter?>

    /// The largest block that is kept as a buffer, in bytes.
    private static let maximumCachedBytes = 128 * 1024

    private struct Shared: Sendable {
        /// The block that was written last, with its buffer: most streams are given the same block one after another.
        var block: (LaneBlock, ByteBuffer)?
    }

    init(on loop: any EventLoop) {
        self.loop = loop
        shared = NIOLoopBoundBox.makeBoxSendingValue(Shared(), eventLoop: loop)
        limiter = NIOLoopBoundBox.makeEmptyBox(eventLoop: loop)
    }

    func execute(_ work: @escaping @Sendable () -> Void) { loop.execute(work) }

    /// The limit on streams that begin at once. Used on the loop.
    var openRateLimiter: OpenRateLimiter {
        if let known = limiter.value { return known }
        let made = OpenRateLimiter(on: loop)
        limiter.value = made
        return made
    }

    /// A part of a block as a buffer; without a copy if the block is cached. Used on the loop.
    ///
    /// - Returns: nil for a range outside the block.
    func buffer(_ block: LaneBlock, _ range: Range<Int>) -> ByteBuffer? {
        // A large block is written in parts and not cached.
        guard block.bytes.count <= Self.maximumCachedBytes else { return ByteBuffer(bytes: block.bytes[range]) }
        let whole: ByteBuffer
        if let (known, buffer) = shared.value.block, known === block {
            whole = buffer
        } else {
            whole = ByteBuffer(bytes: block.bytes)
            shared.value.block = (block, whole)
        }
        return whole.getSlice(at: range.lowerBound, length: range.count)
    }
}
