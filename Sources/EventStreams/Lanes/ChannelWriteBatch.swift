/// The writes of one turn of a lane to streams on event loops. Each event loop is called once for all of its streams.
struct ChannelWriteBatch {
    private struct Write: Sendable {
        let subscriber: ChannelSubscriber
        let reference: LaneSlots.Reference
        let block: LaneBlock
        let range: Range<Int>
        let isLast: Bool
    }

    /// The most bytes of one write: the bytes that a connection holds for a client that takes nothing, and the unit in
    /// which the client's progress is measured.
    static let maximumWriteBytes = 64 * 1024

    private var writes: [ObjectIdentifier: [Write]] = [:]

    /// Adds the next part of a block.
    ///
    /// - Parameters:
    ///   - offset: the index of the first byte to write.
    ///   - isLast: true when the body ends with the block.
    mutating func add(
        _ block: LaneBlock,
        from offset: Int,
        to subscriber: ChannelSubscriber,
        as reference: LaneSlots.Reference,
        isLast: Bool
    ) {
        let end = min(block.bytes.count, offset + Self.maximumWriteBytes)
        writes[ObjectIdentifier(subscriber.executor), default: []].append(
            Write(
                subscriber: subscriber,
                reference: reference,
                block: block,
                range: offset..<end,
                isLast: isLast && end == block.bytes.count
            )
        )
    }

    /// Gives all writes to their event loops, which report to the lane when the writes are flushed.
    mutating func send(from lane: Lane) {
        guard !writes.isEmpty else { return }
        for writes in writes.values {
            writes[0].subscriber.executor.execute {
                for write in writes { write.subscriber.writer.write(write.block, write.range, isLast: write.isLast) }
                var (writable, backpressured) = ([LaneSlots.Reference](), [LaneSlots.Reference]())
                for write in writes {
                    if write.subscriber.writer.flush() {
                        writable.append(write.reference)
                    } else {
                        backpressured.append(write.reference)
                    }
                }
                lane.writesFlushed(writable: writable, backpressured: backpressured)
            }
        }
        writes.removeAll(keepingCapacity: true)
    }
}
