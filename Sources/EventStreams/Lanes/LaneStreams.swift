import Logging
import OrderLog
import Orders
import Primitives

/// The streams of one lane. Asks the `StreamState` of each stream for its next step and carries that out. Used on the
/// lane's thread only.
final class LaneStreams {
    typealias Reference = LaneSlots.Reference

    /// Blocks that a stream sends before other streams have their turn.
    private static let blocksPerTurn = 4
    /// The most bytes that a client may send on its stream. One that sends more is no client of streams.
    private static let maximumReceivedBytes: UInt32 = 64 * 1024
    /// The time that a client has to close after the last block, in nanoseconds.
    private static let peerCloseDeadline: UInt64 = 1_000_000_000
    /// The time for which the log is not read again after a read that brought nothing, in nanoseconds.
    private static let readPause: UInt64 = 250_000_000
    /// Writes for which the clock is read once to observe the lag.
    private static let writesPerLagSample = 16
    private static let watchedEvents: Epoll.Events = [.readable, .writable, .peerClosed, .edgeTriggered]

    private let lane: Lane
    private let hub: StreamHub
    private let reads: LaneReads
    private let epoll: Epoll
    /// Nanoseconds from heartbeat to heartbeat.
    private let heartbeat: UInt64
    /// Nanoseconds after which a client that takes nothing is disconnected.
    private let stallDeadline: UInt64

    private var slots = LaneSlots()
    private var groups = LaneGroups()
    private var schedule: LaneSchedule
    private var output = LaneOutput()
    private var recent: RecentEventsMirror
    private var pages = LanePages()
    private var heartbeats = HeartbeatCache()
    private var waiters = LaneReadWaiters()
    /// Streams that are further than the recent events, which the tail has yet to publish.
    private var ahead: [Reference] = []
    private var isDraining = false
    /// Nanoseconds of the monotonic clock when the turn began.
    private var now = SystemClock.monotonicNanoseconds()

    init(of lane: Lane, epoll: Epoll, hub: StreamHub, reads: LaneReads) {
        self.lane = lane
        self.epoll = epoll
        self.hub = hub
        self.reads = reads
        heartbeat = max(hub.settings.heartbeat.wholeNanoseconds, 1_000_000)
        stallDeadline = max(hub.settings.stallDeadline.wholeNanoseconds, 1_000_000)
        schedule = LaneSchedule(now: now, resolution: max(min(heartbeat, stallDeadline) / 128, 1_000_000))
        recent = RecentEventsMirror(capacity: hub.settings.recentEventsBytes)
    }

    // MARK: Turns

    func beginTurn(at now: UInt64) { self.now = now }

    var hasQueued: Bool { schedule.queuedCount > 0 }

    /// The time of the next timer; nil when none is set.
    var nextTimer: UInt64? { schedule.nextTimer }

    func fireTimers() {
        for entry in schedule.takeDue(now) { timerFired(entry) }
    }

    /// Advances streams that were queued before this turn.
    func resumeQueued(atMost limit: Int) {
        for _ in 0..<min(schedule.queuedCount, limit) {
            guard let reference = schedule.popQueued(), let index = slots.index(of: reference) else { continue }
            slots[index].isQueued = false
            advance(index)
        }
    }

    func endTurn() { output.endTurn(of: lane, hub.metrics) }

    // MARK: Beginning and end of streams

    func adopt(_ stream: Lane.Adoption) {
        var state = StreamState(
            cursor: stream.cursor,
            heartbeatAt: now &+ heartbeat,
            expiresAt: stream.expiresAt,
            expiry: stream.expiryReason,
            tick: stream.view.tick,
            now: now
        )
        for seq in recent.forks.dropFirst(stream.knownForks) { state.forked(after: seq) }
        if isDraining { state.end(.shutdown) }
        let group = groups.group(for: stream.view)
        let index = slots.insert(
            LaneSlots.Slot(
                state: state,
                descriptor: stream.transport.descriptor,
                subscriber: stream.transport.subscriber,
                generation: 0,
                group: group,
                member: 0
            )
        )
        slots[index].member = groups.join(group, slot: index)
        switch stream.transport {
        case .channel(let subscriber):
            guard subscriber.attach(to: lane, as: slots.reference(to: index)) else { return remove(index) }
        case .socket(let descriptor):
            LaneSocket.prepare(descriptor)
            do {
                try epoll.add(descriptor, token: slots.reference(to: index).token, events: Self.watchedEvents)
            } catch {
                hub.logger.warning("stream closed: its socket cannot be watched", metadata: ["error": "\(error)"])
                return remove(index)
            }
        }
        advance(index)
    }

    /// Closes a stream without `bye`.
    private func remove(_ index: Int) {
        let slot = slots[index]
        output.close(slot)
        hub.metrics?.ended(StreamMetrics.Kind(groups[slot.group].view.filter.subject), reason: slot.endReason)
        if let moved = groups.leave(slot.group, member: slot.member) { slots[moved].member = slot.member }
        slots.remove(index)
        lane.streamClosed()
    }

    /// Ends all streams with `bye`, and those that are adopted from now on. Only the first call has an effect.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        for index in slots.indices where slots.isUsed(index) {
            slots[index].state.end(.shutdown)
            advance(index)
        }
    }

    /// Closes all streams without `bye`.
    func closeAll() {
        for index in slots.indices where slots.isUsed(index) { remove(index) }
        endTurn()
    }

    // MARK: Events

    /// Copies what the hub's recent events have and this lane's have not, and sends it.
    func receiveEvents() {
        let delta = hub.changes(after: recent.events.end, knownForks: recent.forks.count)
        recent.setHistory(delta.history)
        for seq in delta.forks { fork(after: seq) }
        let before = recent.events.end
        if delta.floor > before { skip(to: delta.floor) }
        guard !delta.frames.isEmpty else { return }
        recent.append(delta.frames)
        for (group, oldest) in groups.concerned(byAnyOf: delta.frames) { fanOut(group, after: before, oldest) }
        guard !ahead.isEmpty else { return }
        let waited = ahead
        ahead = []
        for reference in waited {
            guard let index = slots.index(of: reference) else { continue }
            slots[index].isAheadOfRecentEvents = false
            advance(index)
        }
    }

    /// Sends the new events to the streams of a group that have passed everything before them.
    ///
    /// - Parameters:
    ///   - before: the event before the new ones.
    ///   - oldest: the time at which the first event that concerns the group was recorded.
    private func fanOut(_ group: Int32, after before: Int64, _ oldest: Timestamp) {
        var writes = 0
        defer { observeLag(since: oldest, writes: writes) }
        // Backwards: when a stream is removed, its index goes to a member that has had its turn.
        var member = groups[group].members.count - 1
        while member >= 0 {
            let index = Int(groups[group].members[member])
            if slots[index].isCaughtUp {
                slots[index].isCaughtUp = false
                slots[index].state.passed(through: before)
                advance(index)
                writes += 1
                if writes == Self.writesPerLagSample {
                    observeLag(since: oldest, writes: writes)
                    writes = 0
                }
                if groups[group].members.isEmpty { return }
            }
            member -= 1
        }
        // Only feeds have many streams that may be a little behind and need the blocks.
        if case .feed = groups[group].view.filter.subject { return }
        groups[group].blocks.removeAll()
    }

    private func observeLag(since oldest: Timestamp, writes: Int) {
        guard writes > 0, let metrics = hub.metrics else { return }
        let now = Int64(SystemClock.unixNanoseconds() / 1000)
        metrics.observeLag(seconds: Double(now - oldest.unixMicroseconds) / 1_000_000, writes: writes)
    }

    /// The lane was so late that the hub no longer has the events that follow. All streams read the log.
    private func skip(to floor: Int64) {
        materializeCursors()
        recent.skip(to: floor)
        for index in slots.indices where slots.isUsed(index) { enqueue(index) }
    }

    private func fork(after seq: Int64) {
        materializeCursors()
        recent.fork(after: seq)
        groups.removeBlocks()
        pages = LanePages()
        heartbeats = HeartbeatCache()
        waiters.removeAll()
        for index in slots.indices where slots.isUsed(index) {
            slots[index].state.forked(after: seq)
            enqueue(index)
        }
    }

    private func materializeCursors() {
        for index in slots.indices where slots.isUsed(index) { materializeCursor(index) }
    }

    /// Writes the true cursor of a stream that has passed all recent events into its state.
    private func materializeCursor(_ index: Int) {
        guard slots[index].isCaughtUp else { return }
        slots[index].isCaughtUp = false
        slots[index].state.passed(through: recent.events.end)
    }

    // MARK: Steps

    /// Carries out a stream's steps until the stream has to wait.
    private func advance(_ index: Int) {
        guard slots[index].phase == .streaming else { return }
        materializeCursor(index)
        var blocks = 0
        while true {
            switch slots[index].state.next(recent.events.bounds, now: now, stallDeadline: stallDeadline) {
            case .show(let after):
                output.counters.recentReads += 1
                let block = blockOfRecentEvents(slots[index].group, after: after)
                if block.through >= recent.events.end { slots[index].state.ticked(at: now) }
                guard send(block, to: index) else { return }
            case .catchUp(let after, let through):
                guard let block = blockOfLog(slots[index].group, after: after) else {
                    let view = groups[slots[index].group].view
                    let isConflated = view.filter.tick != nil
                    let read = isConflated ? LaneRead.conflated(view, after: after) : .page(for: view, after: after)
                    awaitRead(read, through: through, for: index)
                    continue
                }
                guard send(block, to: index) else { return }
            case .restart:
                awaitRead(.restart(groups[slots[index].group].view), through: 0, for: index)
                continue
            case .heartbeat(let seq):
                slots[index].state.heartbeatSent(next: now &+ heartbeat)
                let (view, history) = (groups[slots[index].group].view, recent.history)
                let block = heartbeats.block(at: seq, for: view) {
                    hub.positionEncoder(history.position(of: seq), for: view.audience)
                }
                guard send(block, to: index) else { return }
            case .finish(let reason, let seq): return finish(index, reason, at: seq)
            case .disconnect:
                hub.logger.info("stream disconnected: its client takes nothing")
                slots[index].endReason = .stalled
                return remove(index)
            case .wait(let moment): return park(index, until: moment)
            }
            blocks += 1
            if blocks == Self.blocksPerTurn { return enqueue(index) }
        }
    }

    private func park(_ index: Int, until moment: UInt64) {
        let state = slots[index].state
        if !state.isBlocked, !state.isReading, !state.isForked {
            slots[index].isCaughtUp = state.cursor == recent.events.end && !state.isConflated
            if state.cursor > recent.events.end, !slots[index].isAheadOfRecentEvents {
                slots[index].isAheadOfRecentEvents = true
                ahead.append(slots.reference(to: index))
            }
            // No event has come by this tick, so later events wait for the next.
            if state.cursor >= recent.events.end { slots[index].state.ticked(at: now) }
        }
        setTimer(of: index, at: moment)
    }

    private func blockOfRecentEvents(_ group: Int32, after cursor: Int64) -> LaneBlock {
        if let known = groups.cachedBlock(of: group, after: cursor, end: recent.events.end) { return known }
        return groups.cache(.of(recent.events, after: cursor, for: groups[group].view), of: group, after: cursor)
    }

    /// A block of what was read from the log; nil when the log must be read first.
    private func blockOfLog(_ group: Int32, after cursor: Int64) -> LaneBlock? {
        let view = groups[group].view
        if view.filter.tick != nil { return groups.takeConflatedBlock(of: group, after: cursor) }
        guard let page = pages.page(for: .page(for: view, after: cursor)), page.through > cursor else { return nil }
        if let known = groups[group].blocks.block(after: cursor) { return known }
        return groups.cache(.of(page, after: cursor, for: view), of: group, after: cursor)
    }

    /// Lets a stream advance when its turn comes.
    private func enqueue(_ index: Int) {
        let reference = slots.reference(to: index)
        schedule.enqueue(&slots[index], as: reference)
    }

    // MARK: Timers

    private func setTimer(of index: Int, at moment: UInt64) {
        let reference = slots.reference(to: index)
        schedule.setTimer(of: &slots[index], as: reference, at: moment)
    }

    private func timerFired(_ entry: LaneTimers.Entry) {
        guard let index = slots.index(of: entry.slot), slots[index].tick == entry.tick else { return }
        slots[index].tick = 0
        switch slots[index].phase {
        case .streaming: advance(index)
        case .awaitingPeerClose: remove(index)
        case .ending:
            switch slots[index].state.next(recent.events.bounds, now: now, stallDeadline: stallDeadline) {
            case .wait(let moment): setTimer(of: index, at: moment)
            default: remove(index)
            }
        }
    }

    // MARK: Sending

    /// - Returns: false when the stream cannot take more now, or is gone.
    private func send(_ block: LaneBlock, to index: Int) -> Bool {
        slots[index].state.passed(through: block.through)
        guard !block.bytes.isEmpty else { return true }
        slots[index].block = block
        slots[index].offset = 0
        return flush(index)
    }

    private func flush(_ index: Int) -> Bool {
        let reference = slots.reference(to: index)
        let progress = output.send(&slots[index], as: reference, at: now)
        return handle(progress, of: index)
    }

    private func handle(_ progress: LaneOutput.Progress, of index: Int) -> Bool {
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

    private func finish(_ index: Int, _ reason: ControlFrame.ByeReason, at seq: Int64?) {
        slots[index].endReason = StreamMetrics.EndReason(reason)
        let view = groups[slots[index].group].view
        let last = LaneBlock.farewell(
            reason,
            position: seq.map { hub.positionEncoder(recent.history.position(of: $0), for: view.audience) },
            retry: reason == .shutdown ? hub.returnDelay() : SubscriptionOpening.retryDelay(),
            after: slots[index].state.cursor,
            for: view
        )
        sendFinal(last, to: index)
    }

    private func sendFinal(_ block: LaneBlock, to index: Int) {
        slots[index].phase = .ending
        slots[index].block = block
        slots[index].offset = 0
        _ = flush(index)
    }

    private func awaitPeerClose(_ index: Int) {
        slots[index].phase = .awaitingPeerClose
        // Earlier timers do not count any more.
        slots[index].tick = 0
        setTimer(of: index, at: now &+ Self.peerCloseDeadline)
    }

    // MARK: Readiness

    /// Handles all that a socket has ready, since epoll reports changes only.
    func socketReady(_ reference: Reference, _ events: Epoll.Events) {
        guard let index = slots.index(of: reference) else { return }
        // A client that closes its side, even only for sending, has left, as with other servers of streams.
        guard events.isDisjoint(with: [.failed, .hungUp, .peerClosed]) else { return remove(index) }
        if events.contains(.readable) {
            let limit = Int(Self.maximumReceivedBytes - slots[index].received) + 1
            guard let count = LaneSocket.discard(from: slots[index].descriptor, atMost: limit) else {
                return remove(index)
            }
            slots[index].received += UInt32(count)
            guard slots[index].received <= Self.maximumReceivedBytes else { return remove(index) }
        }
        guard events.contains(.writable), slots[index].state.isBlocked, flush(index) else { return }
        advance(index)
    }

    func channelBackpressured(_ reference: Reference) {
        if let index = slots.index(of: reference) { output.backpressured(&slots[index]) }
    }

    func channelWritable(_ reference: Reference) {
        guard let index = slots.index(of: reference),
            let progress = output.writable(&slots[index], as: reference, at: now)
        else { return }
        if handle(progress, of: index) { advance(index) }
    }

    func channelClosed(_ reference: Reference) {
        if let index = slots.index(of: reference) { remove(index) }
    }

    // MARK: Reads of the log

    private func awaitRead(_ read: LaneRead, through: Int64, for index: Int) {
        slots[index].state.startedReading()
        if waiters.add(slots.reference(to: index), for: read) { reads.request(read, through: through, for: lane) }
    }

    /// Takes the outcome of a read. The streams that wait for it advance in their turn.
    func deliver(_ outcome: LaneReads.Outcome, of read: LaneRead) {
        guard let references = waiters.take(for: read) else { return }
        if case .restart = read {} else { output.counters.logReads += 1 }
        let advances = outcome.advances(read, in: recent.history)
        if advances { keep(outcome, of: read) }
        let restartBlock = restartBlock(outcome, of: read)
        for reference in references {
            guard let index = slots.index(of: reference), slots[index].phase == .streaming,
                slots[index].state.isReading
            else { continue }
            slots[index].state.stoppedReading(pausedUntil: advances ? 0 : now &+ Self.readPause)
            if case .failed = outcome { slots[index].state.end(.overload) }
            if case .restart(let preamble) = outcome, advances, !slots[index].state.isBlocked,
                !restart(index, with: preamble, restartBlock)
            {
                continue
            }
            enqueue(index)
        }
    }

    private func keep(_ outcome: LaneReads.Outcome, of read: LaneRead) {
        switch (outcome, read) {
        case (.page(let page), _): pages.insert(page, for: read)
        case (.conflated(let block, _), .conflated(let view, let after)):
            if let group = groups.feed(for: view) { groups[group].blocks.insert(block, after: after) }
        case (.failed(let error), _):
            hub.logger.warning("log not read; ending the streams that wait", metadata: ["error": "\(error)"])
        default: break
        }
    }

    /// The block with which all streams that wait for a restart begin anew; nil when they end instead.
    private func restartBlock(_ outcome: LaneReads.Outcome, of read: LaneRead) -> LaneBlock? {
        guard case .restart(let view) = read, case .restart(let preamble) = outcome, let cursor = preamble.cursor
        else { return nil }
        return LaneBlock(view.framed(preamble.bytes), through: cursor.seq)
    }

    /// Sends the preamble with which a stream begins anew.
    ///
    /// - Returns: false when the stream cannot take more now, or is over.
    private func restart(_ index: Int, with preamble: Preamble, _ block: LaneBlock?) -> Bool {
        hub.metrics?.began(.forked)
        guard let block else {
            slots[index].endReason = .gone
            let view = groups[slots[index].group].view
            sendFinal(.last(preamble.bytes, after: slots[index].state.cursor, for: view), to: index)
            return false
        }
        slots[index].state.restarted(after: block.through)
        return send(block, to: index)
    }
}
