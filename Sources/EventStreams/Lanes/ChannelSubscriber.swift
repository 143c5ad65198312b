import Synchronization

/// An event loop that owns connections, as lanes see it.
package protocol ChannelExecutor: AnyObject, Sendable {
    /// Runs the work on the loop, after everything that was given to it before.
    func execute(_ work: @escaping @Sendable () -> Void)
}

/// A response on a connection that an event loop owns. Called on that loop only.
package protocol ChannelWriter: AnyObject, Sendable {
    /// Takes bytes of the body, without sending them yet.
    ///
    /// - Parameter isLast: the body ends with them.
    func write(_ block: LaneBlock, _ range: Range<Int>, isLast: Bool)
    /// Sends what was taken.
    ///
    /// - Returns: whether more may be written at once; where not, `ChannelSubscriber.freed()` follows when it may.
    func flush() -> Bool
    /// Closes without another word.
    func close()
}

/// The way out of a stream that has no socket of its own, since its connection has layers (TLS, HTTP/2) that an event loop
/// keeps: the lane says what the stream sends, the loop sends it and tells when it has gone.
package final class ChannelSubscriber: Sendable {
    private struct State {
        var lane: Lane?
        var reference: LaneSlots.Reference?
        var isClosed = false
    }

    let loop: any ChannelExecutor
    let channel: any ChannelWriter
    private let state = Mutex(State())

    package init(loop: any ChannelExecutor, channel: any ChannelWriter) {
        self.loop = loop
        self.channel = channel
    }

    /// The client can take more.
    package func freed() { tell { lane, reference in lane.settled(freed: [reference], held: []) } }

    /// The client has left.
    package func closed() {
        state.withLock { $0.isClosed = true }
        tell { lane, reference in lane.left(reference) }
    }

    /// - Returns: false when the client has left already.
    func belongs(to lane: Lane, as reference: LaneSlots.Reference) -> Bool {
        state.withLock { state in
            (state.lane, state.reference) = (lane, reference)
            return !state.isClosed
        }
    }

    private func tell(_ body: (Lane, LaneSlots.Reference) -> Void) {
        let (lane, reference) = state.withLock { ($0.lane, $0.reference) }
        if let lane, let reference { body(lane, reference) }
    }
}

/// What a lane hands to event loops in one turn: each loop is called once for all of its streams.
struct ChannelWriteBatch {
    private struct Write: Sendable {
        let outlet: ChannelSubscriber
        let reference: LaneSlots.Reference
        let block: LaneBlock
        let range: Range<Int>
        let isLast: Bool
    }

    /// Most bytes of one write: what a client that takes nothing makes the connection hold, and the measure of its progress.
    static let part = 64 * 1024

    private var writes: [ObjectIdentifier: [Write]] = [:]

    mutating func add(
        _ block: LaneBlock,
        from offset: Int,
        to outlet: ChannelSubscriber,
        _ reference: LaneSlots.Reference,
        isLast: Bool
    ) {
        let end = min(block.bytes.count, offset + Self.part)
        writes[ObjectIdentifier(outlet.loop), default: []].append(
            Write(
                outlet: outlet,
                reference: reference,
                block: block,
                range: offset..<end,
                isLast: isLast && end == block.bytes.count
            )
        )
    }

    mutating func send(from lane: Lane) {
        guard !writes.isEmpty else { return }
        for writes in writes.values {
            writes[0].outlet.loop.execute {
                for write in writes { write.outlet.channel.write(write.block, write.range, isLast: write.isLast) }
                var (freed, held) = ([LaneSlots.Reference](), [LaneSlots.Reference]())
                for write in writes {
                    if write.outlet.channel.flush() {
                        freed.append(write.reference)
                    } else {
                        held.append(write.reference)
                    }
                }
                lane.settled(freed: freed, held: held)
            }
        }
        writes.removeAll(keepingCapacity: true)
    }
}
