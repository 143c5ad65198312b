import Logging
import Orders
import Primitives

/// The steps of a lane's streams. Asks the `StreamState` of each stream for its next step and carries that out. Not
/// copyable, so that no access copies the streams.
struct LaneSteps: ~Copyable {
    typealias Reference = LaneSlots.Reference

    /// Blocks that a stream sends before other streams have their turn.
    private static let blocksPerTurn = 4

    var table: LaneTable
    var blocks: LaneBlockSource
    /// Nanoseconds from heartbeat to heartbeat.
    let heartbeat: UInt64

    private let lane: Lane
    private let hub: StreamHub
    private let reads: LaneReads
    private var waiters = LaneReadWaiters()
    /// Streams that are further than the recent events, which the tail has yet to publish.
    private var ahead: [Reference] = []
    /// True while blocks of many streams are gathered to be sent together.
    private var isGathering = false
    /// The time at which the oldest of the events that are fanned out was recorded; nil for other blocks.
    private var oldestOfFanOut: Timestamp?
    private var lag: LagSampler
    /// All streams are being told to go elsewhere.
    private var isEndingAll = false

    init(of lane: Lane, epoll: Epoll, hub: StreamHub, reads: LaneReads) {
        self.lane = lane
        self.hub = hub
        self.reads = reads
        heartbeat = max(hub.settings.heartbeat.wholeNanoseconds, 1_000_000)
        lag = LagSampler(hub.metrics)
        table = LaneTable(
            of: lane,
            epoll: epoll,
            metrics: hub.metrics,
            heartbeat: heartbeat,
            stallDeadline: max(hub.settings.stallDeadline.wholeNanoseconds, 1_000_000),
            blockBytes: hub.settings.blockBytes
        )
        blocks = LaneBlockSource(capacity: hub.settings.recentEventsBytes, positionEncoder: hub.positionEncoder)
    }

    // MARK: Steps

    /// Carries out a stream's steps until the stream has to wait.
    mutating func advance(_ index: Int) {
        guard table[index].phase == .streaming else { return }
        materializeCursor(index)
        var sent = 0
        while true {
            switch nextStep(of: index) {
            case .show(let after):
                table.countReads(ofRecentEvents: 1)
                let block = blocks.recentBlock(of: table[index].group, in: &table.groups, after: after)
                if block.through >= blocks.recent.events.end { table[index].state.ticked(at: table.now) }
                if isGathering, table.gather(block, for: index, oldest: oldestOfFanOut) { return }
                guard table.send(block, to: index) else { return }
            case .catchUp(let after, let through):
                guard let block = blocks.logBlock(of: table[index].group, in: &table.groups, after: after) else {
                    let read = blocks.read(for: table.groups[table[index].group].view, after: after)
                    awaitRead(read, through: through, for: index)
                    continue
                }
                guard table.send(block, to: index) else { return }
            case .restart:
                awaitRead(.restart(table.groups[table[index].group].view), through: 0, for: index)
                continue
            case .heartbeat(let seq):
                table[index].state.heartbeatSent(next: table.now &+ heartbeat)
                let block = blocks.heartbeat(at: seq, for: table.groups[table[index].group].view)
                if isGathering, table.gather(block, for: index, oldest: nil) { return }
                guard table.send(block, to: index) else { return }
            case .finish(let reason, let seq): return finish(index, reason, at: seq)
            case .endSlow:
                table[index].state.endSlow(at: table.now)
                continue
            case .disconnect:
                hub.logger.naming(table[index].place).info("stream disconnected: its client takes nothing")
                table[index].endReason = .stalled
                return table.remove(index)
            case .wait(let moment): return park(index, until: moment)
            }
            sent += 1
            if sent == Self.blocksPerTurn { return table.enqueue(index) }
        }
    }

    private func nextStep(of index: Int) -> StreamState.Step {
        table[index].state.next(blocks.recent.events.bounds, now: table.now, stallDeadline: table.stallDeadline)
    }

    private mutating func park(_ index: Int, until moment: UInt64) {
        let (state, end) = (table[index].state, blocks.recent.events.end)
        if !state.isBlocked, !state.isReading, !state.isForked {
            table[index].isCaughtUp = state.cursor == end && !state.isConflated
            if state.cursor > end, !table[index].isAheadOfRecentEvents {
                table[index].isAheadOfRecentEvents = true
                ahead.append(table.reference(to: index))
            }
            // No event has come by this tick, so later events wait for the next.
            if state.cursor >= end { table[index].state.ticked(at: table.now) }
        }
        table.setTimer(of: index, at: moment)
    }

    private mutating func finish(_ index: Int, _ reason: ControlFrame.ByeReason, at seq: Int64?) {
        table[index].endReason = StreamMetrics.EndReason(reason)
        let last = blocks.farewell(
            reason,
            at: seq,
            retry: reason == .shutdown || isEndingAll ? hub.returnDelay() : hub.retryDelay(),
            after: table[index].state.cursor,
            for: table.groups[table[index].group].view
        )
        table.sendFinal(last, to: index)
    }

    /// Ends a stream with `bye`.
    mutating func end(_ index: Int, _ reason: ControlFrame.ByeReason) {
        table[index].state.end(reason)
        advance(index)
    }

    /// Ends all streams with `bye`.
    mutating func endAll() {
        isEndingAll = true
        defer { isEndingAll = false }
        for index in table.indices where table.isUsed(index) { end(index, .overload) }
    }

    // MARK: Timers

    mutating func fireTimers() {
        isGathering = true
        for entry in table.takeDueTimers() {
            if let index = table.timerFired(entry) { timerFired(of: index) }
            sendGatheredIfFull()
        }
        endGathering()
    }

    private mutating func timerFired(of index: Int) {
        switch table[index].phase {
        case .streaming: advance(index)
        case .awaitingPeerClose: table.remove(index)
        case .ending:
            // A client that does not take its `bye` in time is closed.
            switch nextStep(of: index) {
            case .wait(let moment): table.setTimer(of: index, at: moment)
            default: table.remove(index)
            }
        }
    }

    // MARK: Events

    /// Sends new events, which the recent events have already.
    ///
    /// - Parameter before: the event before the new ones.
    mutating func fanOut(_ frames: [EventFrame], after before: Int64) {
        let concerned = table.groups.concerned(byAnyOf: frames)
        isGathering = true
        for (group, oldest) in concerned { fanOut(group, after: before, oldest) }
        oldestOfFanOut = nil
        endGathering()
        lag.observe()
        advanceAhead()
    }

    /// Sends the new events to the streams of a group that have passed everything before them.
    ///
    /// - Parameter oldest: the time at which the first event that concerns the group was recorded.
    private mutating func fanOut(_ group: Int32, after before: Int64, _ oldest: Timestamp) {
        oldestOfFanOut = oldest
        // Backwards: when a stream is removed, its index goes to a member that has had its turn.
        var member = table.groups[group].members.count - 1
        while member >= 0 {
            let index = Int(table.groups[group].members[member])
            if table[index].isCaughtUp {
                table[index].isCaughtUp = false
                table[index].state.passed(through: before)
                let gathered = table.gatheredCount
                advance(index)
                if table.gatheredCount == gathered { lag.countWrite(since: oldest) } else { sendGatheredIfFull() }
                if table.groups[group].members.isEmpty { return }
            }
            member -= 1
        }
        // Only feeds have many streams that may be a little behind and need the blocks.
        if case .feed = table.groups[group].view.filter.subject { return }
        table.groups[group].blocks.removeAll()
    }

    /// Advances the streams that were further than the recent events.
    private mutating func advanceAhead() {
        guard !ahead.isEmpty else { return }
        let waited = ahead
        ahead = []
        for reference in waited {
            guard let index = table.index(of: reference) else { continue }
            table[index].isAheadOfRecentEvents = false
            advance(index)
        }
    }

    /// Forgets the recent events: the lane was so late that the hub no longer has those that follow them. All streams
    /// read the log.
    mutating func skip(to floor: Int64) {
        materializeCursors()
        blocks.skip(to: floor)
        for index in table.indices where table.isUsed(index) { table.enqueue(index) }
    }

    /// Forgets the events after a fork.
    mutating func fork(after seq: Int64) {
        materializeCursors()
        blocks.fork(after: seq)
        table.groups.removeBlocks()
        waiters.removeAll()
        for index in table.indices where table.isUsed(index) {
            table[index].state.forked(after: seq)
            table.enqueue(index)
        }
    }

    private mutating func materializeCursors() {
        for index in table.indices where table.isUsed(index) { materializeCursor(index) }
    }

    /// Writes the true cursor of a stream that has passed all recent events into its state.
    private mutating func materializeCursor(_ index: Int) {
        guard table[index].isCaughtUp else { return }
        table[index].isCaughtUp = false
        table[index].state.passed(through: blocks.recent.events.end)
    }

    // MARK: Sends of many streams

    private mutating func endGathering() {
        isGathering = false
        sendGathered()
    }

    private mutating func sendGatheredIfFull() {
        guard !table.hasRoomToGather else { return }
        isGathering = false
        sendGathered()
        isGathering = true
    }

    /// Sends the gathered blocks. Their streams advance again after that, each by itself.
    private mutating func sendGathered() {
        let (sent, advancing) = table.sendGathered()
        for stream in sent { if let oldest = stream.oldest { lag.countWrite(since: oldest) } }
        for reference in advancing { if let index = table.index(of: reference) { advance(index) } }
    }

    // MARK: Reads of the log

    private mutating func awaitRead(_ read: LaneRead, through: Int64, for index: Int) {
        table[index].state.startedReading()
        if waiters.add(table.reference(to: index), for: read) { reads.request(read, through: through, for: lane) }
    }

    /// Removes the streams that wait for a read; nil when it is not awaited.
    mutating func takeWaiters(for read: LaneRead) -> [Reference]? { waiters.take(for: read) }

    /// Keeps what was read, for the streams that need it next.
    mutating func keep(_ outcome: LaneReads.Outcome, of read: LaneRead) {
        blocks.keep(outcome, of: read, in: &table.groups)
    }
}
