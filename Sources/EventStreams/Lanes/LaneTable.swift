import HTTPTransport
import Orders
import Primitives

/// The streams of a lane with their groups, transports and timers. Sends blocks and closes streams; `LaneSteps`
/// decides which blocks. Not copyable, so that no access copies the slots.
struct LaneTable: ~Copyable {
    typealias Reference = LaneSlots.Reference

    /// The most bytes that a client may send on its stream. One that sends more is no client of streams.
    private static let maximumReceivedBytes: UInt32 = 64 * 1024
    /// The time that a client has to close after the last block, in nanoseconds.
    private static let peerCloseDeadline: UInt64 = 1_000_000_000
    private static let watchedEvents: Epoll.Events = [.readable, .writable, .peerClosed, .edgeTriggered]
    /// The events of a client that has left. One that closes its side, even only for sending, has left, as with other
    /// servers of streams.
    private static let departureEvents: Epoll.Events = [.failed, .hungUp, .peerClosed]

    /// Nanoseconds after which a client that takes nothing is disconnected, while all blocks have more bytes than they
    /// may have.
    private static let shortStallDeadline: UInt64 = 2_000_000_000

    private let longStallDeadline: UInt64
    /// The bytes of all blocks beyond which clients that take nothing are disconnected sooner.
    private let blockBytes: Int
    /// Nanoseconds of the monotonic clock when the turn began.
    var now = SystemClock.monotonicNanoseconds()
    var groups = LaneGroups()
    private let lane: Lane
    private let epoll: Epoll
    private let metrics: StreamMetrics?
    private var slots = LaneSlots()
    private var schedule: LaneSchedule
    private var output = LaneOutput()

    /// - Parameters:
    ///   - epoll: watches the streams' sockets.
    ///   - heartbeat: nanoseconds from heartbeat to heartbeat.
    ///   - stallDeadline: nanoseconds after which a client that takes nothing is disconnected.
    ///   - blockBytes: the bytes of all blocks beyond which that time is short.
    init(
        of lane: Lane,
        epoll: Epoll,
        metrics: StreamMetrics?,
        heartbeat: UInt64,
        stallDeadline: UInt64,
        blockBytes: Int
    ) {
        self.lane = lane
        self.epoll = epoll
        self.metrics = metrics
        longStallDeadline = stallDeadline
        self.blockBytes = blockBytes
        schedule = LaneSchedule(now: now, resolution: max(min(heartbeat, stallDeadline) / 128, 1_000_000))
    }

    /// Nanoseconds after which a client that takes nothing is disconnected.
    var stallDeadline: UInt64 {
        LaneBlock.totalBytes > blockBytes ? min(Self.shortStallDeadline, longStallDeadline) : longStallDeadline
    }

    /// Makes ready to send by one system call for many streams. The calling thread sends from then on.
    mutating func openRing() { output.openRing() }

    // MARK: Streams

    // Accesses without a copy. Unoptimised code (Swift 6.3.1) reads what is yielded after it was freed, hence the
    // getter.
    #if DEBUG
        subscript(index: Int) -> LaneSlots.Slot {
            get { slots[index] }
            _modify { yield &slots[index] }
        }
    #else
        subscript(index: Int) -> LaneSlots.Slot {
            _read { yield slots[index] }
            _modify { yield &slots[index] }
        }
    #endif

    /// The indices of all slots, used or not.
    var indices: Range<Int> { slots.indices }

    /// False for a slot without stream.
    func isUsed(_ index: Int) -> Bool { slots.isUsed(index) }

    func reference(to index: Int) -> Reference { slots.reference(to: index) }

    /// The index of a stream; nil when the stream was removed.
    func index(of reference: Reference) -> Int? { slots.index(of: reference) }

    /// Adds a stream.
    ///
    /// - Returns: its index; nil when its client has left already.
    /// - Throws: when the socket cannot be watched. The stream is closed then.
    mutating func insert(_ stream: Lane.Adoption, in state: StreamState) throws(SystemCallError) -> Int? {
        let group = groups.group(for: stream.view)
        let index = slots.insert(
            LaneSlots.Slot(
                state: state,
                descriptor: stream.transport.descriptor,
                subscriber: stream.transport.subscriber,
                session: stream.transport.session,
                grants: stream.grants,
                place: stream.place,
                generation: 0,
                group: group,
                member: 0
            )
        )
        slots[index].member = groups.join(group, slot: index)
        let reference = slots.reference(to: index)
        switch stream.transport {
        case .channel(let subscriber):
            guard subscriber.attach(to: lane, as: reference) else {
                remove(index)
                return nil
            }
        case .socket(let descriptor), .secureSocket(let descriptor, _):
            LaneSocket.prepare(descriptor)
            do {
                try epoll.add(descriptor, token: reference.token, events: Self.watchedEvents)
            } catch {
                remove(index)
                throw error
            }
        }
        return index
    }

    /// Closes a stream without `bye`.
    mutating func remove(_ index: Int) {
        let slot = slots[index]
        output.close(slot)
        metrics?.ended(StreamMetrics.Kind(groups[slot.group].view.filter.subject), reason: slot.endReason)
        if let moved = groups.leave(slot.group, member: slot.member) { slots[moved].member = slot.member }
        slots.remove(index)
        lane.streamClosed()
    }

    // MARK: Turns and timers

    /// The number of streams that wait for their turn.
    var queuedCount: Int { schedule.queuedCount }

    /// The time of the next timer; nil when none is set.
    var nextTimer: UInt64? { schedule.nextTimer }

    /// Lets a stream advance when its turn comes.
    mutating func enqueue(_ index: Int) {
        let reference = slots.reference(to: index)
        schedule.enqueue(&slots[index], as: reference)
    }

    /// Removes the first stream from the queue.
    ///
    /// - Returns: nil when the stream was removed.
    mutating func popQueued() -> Int? {
        guard let reference = schedule.popQueued(), let index = slots.index(of: reference) else { return nil }
        slots[index].isQueued = false
        return index
    }

    mutating func setTimer(of index: Int, at moment: UInt64) {
        let reference = slots.reference(to: index)
        schedule.setTimer(of: &slots[index], as: reference, at: moment)
    }

    /// Removes the timers that are due. Some may belong to former streams or former timers.
    mutating func takeDueTimers() -> [LaneTimers.Entry] { schedule.takeDue(now) }

    /// The stream whose timer fires; nil when the timer does not count any more.
    mutating func timerFired(_ entry: LaneTimers.Entry) -> Int? {
        guard let index = slots.index(of: entry.slot), slots[index].tick == entry.tick else { return nil }
        slots[index].tick = 0
        return index
    }

    /// Gives writes to the event loops and reports the turn's counts.
    mutating func endTurn() { output.endTurn(of: lane, metrics) }

    // MARK: Sending

    /// Sends a block.
    ///
    /// - Returns: false when the stream cannot take more now, or is gone.
    mutating func send(_ block: LaneBlock, to index: Int) -> Bool {
        slots[index].state.passed(through: block.through, showing: block.lastShown)
        guard !block.bytes.isEmpty else { return true }
        slots[index].block = block
        slots[index].offset = 0
        return flush(index)
    }

    /// Keeps a block of a stream on a socket in clear text, to send it together with those of other streams. Until
    /// `sendGathered` the stream must stay as it is.
    ///
    /// - Parameter oldest: the time at which the block's oldest event was recorded; nil for a block without events.
    /// - Returns: false when the block has to be sent by itself.
    mutating func gather(_ block: LaneBlock, for index: Int, oldest: Timestamp?) -> Bool {
        guard slots[index].subscriber == nil, slots[index].session == nil, !block.bytes.isEmpty else { return false }
        slots[index].state.passed(through: block.through, showing: block.lastShown)
        slots[index].block = block
        slots[index].offset = 0
        let stream = LaneOutput.Gathered(reference: slots.reference(to: index), oldest: oldest)
        output.gather(block, for: stream, on: slots[index].descriptor)
        return true
    }

    var gatheredCount: Int { output.gatheredCount }

    /// False when the gathered blocks have to be sent before others are gathered.
    var hasRoomToGather: Bool { output.hasRoom }

    /// Sends the gathered blocks.
    ///
    /// - Returns: the streams whose blocks were sent, and those of them that can send more.
    mutating func sendGathered() -> (sent: [LaneOutput.Gathered], advancing: [Reference]) {
        let sent = output.sendGathered()
        var advancing: [Reference] = []
        advancing.reserveCapacity(sent.count)
        for (position, stream) in sent.enumerated() {
            guard let index = slots.index(of: stream.reference) else { continue }
            let progress = output.takeOutcome(position, of: &slots[index], at: now)
            if handle(progress, of: index) { advancing.append(stream.reference) }
        }
        output.forgetGathered()
        return (sent, advancing)
    }

    /// Sends the last block of a stream, which is closed after that.
    mutating func sendFinal(_ block: LaneBlock, to index: Int) {
        slots[index].phase = .ending
        slots[index].block = block
        slots[index].offset = 0
        _ = flush(index)
    }

    private mutating func flush(_ index: Int) -> Bool {
        let reference = slots.reference(to: index)
        return handle(output.send(&slots[index], as: reference, at: now), of: index)
    }

    private mutating func handle(_ progress: LaneOutput.Progress, of index: Int) -> Bool {
        switch progress {
        case .complete where slots[index].phase == .ending:
            if slots[index].subscriber == nil { LaneSocket.endSending(slots[index].descriptor) }
            awaitPeerClose(index)
            return false
        case .complete: return true
        case .pending:
            setTimer(of: index, at: now &+ stallDeadline)
            return false
        case .gone:
            remove(index)
            return false
        }
    }

    private mutating func awaitPeerClose(_ index: Int) {
        slots[index].phase = .awaitingPeerClose
        // Earlier timers do not count any more.
        slots[index].tick = 0
        setTimer(of: index, at: now &+ Self.peerCloseDeadline)
    }

    mutating func countReads(ofRecentEvents recent: Int = 0, ofLog log: Int = 0) {
        output.counters.recentReads += recent
        output.counters.logReads += log
    }

    // MARK: Readiness

    /// Handles all that a socket has ready, since epoll reports changes only.
    ///
    /// - Returns: the stream, if it can send more.
    mutating func socketReady(_ reference: Reference, _ events: Epoll.Events) -> Int? {
        guard let index = slots.index(of: reference) else { return nil }
        guard events.isDisjoint(with: Self.departureEvents), !events.contains(.readable) || discard(index) else {
            remove(index)
            return nil
        }
        return events.contains(.writable) && slots[index].state.isBlocked && flush(index) ? index : nil
    }

    /// Drops the bytes that a client has sent.
    ///
    /// - Returns: false when the client has left or has sent too much.
    private mutating func discard(_ index: Int) -> Bool {
        let limit = Int(Self.maximumReceivedBytes - slots[index].received) + 1
        let discarded =
            if let session = slots[index].session {
                session.discard(atMost: limit)
            } else {
                LaneSocket.discard(from: slots[index].descriptor, atMost: limit)
            }
        guard let count = discarded else { return false }
        slots[index].received += UInt32(count)
        return slots[index].received <= Self.maximumReceivedBytes
    }

    mutating func channelBackpressured(_ reference: Reference) {
        if let index = slots.index(of: reference) { output.backpressured(&slots[index]) }
    }

    /// - Returns: the stream, if it can send more.
    mutating func channelWritable(_ reference: Reference) -> Int? {
        guard let index = slots.index(of: reference),
            let progress = output.writable(&slots[index], as: reference, at: now)
        else { return nil }
        return handle(progress, of: index) ? index : nil
    }

    mutating func channelClosed(_ reference: Reference) {
        if let index = slots.index(of: reference) { remove(index) }
    }
}
