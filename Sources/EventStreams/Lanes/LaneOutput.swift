import HTTPTransport
import Orders

/// Sends the blocks of a lane's streams and counts what was sent: on sockets at once or many together, to event loops
/// in one batch for each turn of the lane. Until an event loop has reported that a write is flushed, its stream counts
/// as blocked.
struct LaneOutput: ~Copyable {
    enum Progress {
        /// The block is sent whole.
        case complete
        /// The client has not taken the whole block yet.
        case pending
        /// The client has left.
        case gone
    }

    /// A stream whose block is sent together with those of others.
    struct Gathered {
        let reference: LaneSlots.Reference
        /// The time at which the oldest event of the block was recorded; nil for a block without events.
        let oldest: Timestamp?
    }

    var counters = LaneCounters()
    private var batch = ChannelWriteBatch()
    private var sends = SendBatch()
    private var gathered: [Gathered] = []

    /// Makes ready to send by one system call for many streams. The calling thread sends from then on.
    mutating func openRing() { sends.openRing() }

    /// Sends what is left of a stream's block, as far as the client takes it.
    ///
    /// - Parameters:
    ///   - reference: the reference of the slot.
    ///   - now: nanoseconds of the monotonic clock.
    mutating func send(_ slot: inout LaneSlots.Slot, as reference: LaneSlots.Reference, at now: UInt64) -> Progress {
        guard let block = slot.block else { return .complete }
        if let subscriber = slot.subscriber {
            enqueueWrite(of: block, to: subscriber, &slot, reference, now)
            return .pending
        }
        let offset = Int(slot.offset)
        let sent: SocketSend =
            if let session = slot.session {
                session.send(block.bytes, from: offset, isLast: slot.phase == .ending)
            } else {
                block.bytes.withUnsafeBytes {
                    LaneSocket.send(UnsafeRawBufferPointer(rebasing: $0[offset...]), on: slot.descriptor)
                }
            }
        return took(sent, of: block, &slot, now)
    }

    private mutating func took(
        _ sent: SocketSend,
        of block: LaneBlock,
        _ slot: inout LaneSlots.Slot,
        _ now: UInt64
    ) -> Progress {
        guard case .bytes(let count, let isComplete, let hasProgressed) = sent else { return .gone }
        counters.bytes += count
        guard !isComplete else {
            if slot.state.isBlocked { counters.blocked -= 1 }
            complete(block, &slot)
            return .complete
        }
        slot.offset += Int32(count)
        if hasProgressed { slot.state.progressed(at: now) }
        if !slot.state.isBlocked { counters.blocked += 1 }
        slot.state.blocked(at: now)
        return .pending
    }

    // MARK: Sends of many streams

    var gatheredCount: Int { gathered.count }
    var hasRoom: Bool { !sends.isFull }

    /// Adds the whole block of a stream on a socket to those that are sent together. The stream must stay as it is
    /// until then.
    mutating func gather(_ block: LaneBlock, for stream: Gathered, on descriptor: Int32) {
        sends.add(block.stableBytes, on: descriptor)
        gathered.append(stream)
    }

    /// Tries the sends.
    ///
    /// - Returns: the streams in the order in which they were gathered. Their outcomes are taken next.
    mutating func sendGathered() -> [Gathered] {
        guard !gathered.isEmpty else { return [] }
        sends.run()
        defer { gathered.removeAll(keepingCapacity: true) }
        return gathered
    }

    /// Takes the outcome of a stream's send.
    ///
    /// - Parameter position: the stream's place in what `sendGathered` returned.
    mutating func takeOutcome(_ position: Int, of slot: inout LaneSlots.Slot, at now: UInt64) -> Progress {
        guard let block = slot.block else { return .complete }
        return took(sends.outcome(of: position), of: block, &slot, now)
    }

    /// Forgets the sends, whose outcomes have been taken.
    mutating func forgetGathered() { sends.removeAll() }

    private mutating func enqueueWrite(
        of block: LaneBlock,
        to subscriber: ChannelSubscriber,
        _ slot: inout LaneSlots.Slot,
        _ reference: LaneSlots.Reference,
        _ now: UInt64
    ) {
        let offset = Int(slot.offset)
        batch.add(block, from: offset, to: subscriber, as: reference, isLast: slot.phase == .ending)
        slot.offset = Int32(min(block.bytes.count, offset + ChannelWriteBatch.maximumWriteBytes))
        counters.bytes += Int(slot.offset) - offset
        slot.state.blocked(at: now)
    }

    private mutating func complete(_ block: LaneBlock, _ slot: inout LaneSlots.Slot) {
        counters.frames += block.frames
        slot.block = nil
        slot.state.unblocked()
    }

    // MARK: Reports of event loops

    /// The client has not taken what was written.
    mutating func backpressured(_ slot: inout LaneSlots.Slot) {
        guard slot.state.isBlocked, !slot.isBackpressured else { return }
        slot.isBackpressured = true
        counters.blocked += 1
    }

    /// The client has taken what was written. Writes the next part of the block, if any is left.
    ///
    /// - Returns: nil when nothing was under way.
    mutating func writable(_ slot: inout LaneSlots.Slot, as reference: LaneSlots.Reference, at now: UInt64)
        -> Progress?
    {
        guard let block = slot.block else { return nil }
        if slot.isBackpressured {
            slot.isBackpressured = false
            counters.blocked -= 1
        }
        guard Int(slot.offset) >= block.bytes.count else {
            slot.state.progressed(at: now)
            if let subscriber = slot.subscriber { enqueueWrite(of: block, to: subscriber, &slot, reference, now) }
            return .pending
        }
        complete(block, &slot)
        return .complete
    }

    // MARK: The end of a stream and of a turn

    /// Closes a stream without `bye`. The kernel forgets the descriptor with that.
    mutating func close(_ slot: LaneSlots.Slot) {
        if let subscriber = slot.subscriber {
            subscriber.executor.execute { subscriber.writer.close() }
            if slot.isBackpressured { counters.blocked -= 1 }
        } else {
            LaneSocket.close(slot.descriptor)
            if slot.state.isBlocked { counters.blocked -= 1 }
        }
    }

    /// Gives the batch to the event loops and reports the counts.
    mutating func endTurn(of lane: Lane, _ metrics: StreamMetrics?) {
        batch.send(from: lane)
        lane.setBlocked(counters.blocked)
        counters.report(to: metrics)
    }
}
