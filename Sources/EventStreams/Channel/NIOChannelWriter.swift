import NIOCore

/// The channel of a stream, to which a lane writes.
final class NIOChannelWriter: ChannelWriter {
    private let handler: NIOLoopBound<any StreamResponder>

    init(_ handler: NIOLoopBound<any StreamResponder>) { self.handler = handler }

    func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool) {
        handler.value.write(block, range, isLast: isLast)
    }

    func flush() -> Bool { handler.value.flush() }
    func close() { handler.value.closeStream() }
}
