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
    /// The time for which the log is not read again after a read that brought nothing, in nanoseconds.
    private static let readPause: UInt64 = 250_000_000

    private let lane: Lane
    private let hub: StreamHub
    private let reads: LaneReads
    /// Nanoseconds from heartbeat to heartbeat.
    private let heartbeat: UInt64

    /// Not checked for overlapping accesses at run time, which would cost several checks for each step of a stream: no
    /// method hands a closure to the table.
    @exclusivity(unchecked) private var table: LaneTable
    private var recent: RecentEventsMirror
    private var pages = LanePages()
    private var heartbeats = HeartbeatCache()
    private var waiters = LaneReadWaiters()
    /// Streams that are further than the recent events, which the tail has yet to publish.
    private var ahead: [Reference] = []
    /// True while blocks of many streams are gathered to be sent together.
    private var isGathering = false
    /// The time at which the oldest of the events that are fanned out was recorded; nil for other blocks.
    private var oldestOfFanOut: Timestamp?
    private var lag: LagSampler
    private var isDraining = false
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
        recent = RecentEventsMirror(capacity: hub.settings.recentEventsBytes)
    }

    /// Makes ready to serve streams on the calling thread.
    func begin() { if hub.settings.usesSendRing { table.openRing() } }

    // MARK: Turns

    /// - Parameter now: nanoseconds of the monotonic clock.
    func beginTurn(at now: UInt64) { table.now = now }

    /// True when streams wait for their turn.
    var hasQueued: Bool { table.queuedCount > 0 }

    /// The time of the next timer; nil when none is set.
    var nextTimer: UInt64? { table.nextTimer }

    func fireTimers() {
        gathering {
            for entry in table.takeDueTimers() {
                if let index = table.timerFired(entry) { timerFired(of: index) }
                sendGatheredIfFull()
            }
        }
    }

    private func timerFired(of index: Int) {
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

    /// Advances streams that were queued before this turn.
    func resumeQueued(atMost limit: Int) {
        for _ in 0..<min(table.queuedCount, limit) {
            if let index = table.popQueued() { advance(index) }
        }
    }

    func endTurn() { table.endTurn() }

    // MARK: Beginning and end of streams

    func adopt(_ stream: Lane.Adoption) {
        var state = StreamState(
            cursor: stream.cursor,
            shown: stream.shown,
            hasOwnIds: stream.view.hasOwnIds,
            heartbeatAt: table.now &+ heartbeat,
            expiresAt: stream.expiresAt,
            expiry: stream.expiryReason,
            tick: stream.view.tick,
            now: table.now
        )
        for seq in recent.forks.dropFirst(stream.knownForks) { state.forked(after: seq) }
        if isDraining { state.end(.shutdown) }
        // A right may have been withdrawn while the stream was opened.
        if stream.grants.contains(where: \.isWithdrawn) { state.end(.tokenExpired) }
        do {
            guard let index = try table.insert(stream, in: state) else { return }
            // The stream has passed the events of these bytes already.
            if stream.unsent.isEmpty || table.send(LaneBlock(stream.unsent, through: 0), to: index) { advance(index) }
        } catch {
            hub.logger.naming(stream.place).warning(
                "stream closed: its socket cannot be watched",
                metadata: ["error": "\(error)"]
            )
        }
    }

    /// Ends all streams with `bye`, and those that are adopted from now on. Only the first call has an effect.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        for index in table.indices where table.isUsed(index) {
            table[index].state.end(.shutdown)
            advance(index)
        }
    }

    /// Ends the streams one of whose grants was withdrawn.
    func endWithdrawn() {
        for index in table.indices where table.isUsed(index) && table[index].grants.contains(where: \.isWithdrawn) {
            table[index].state.end(.tokenExpired)
            advance(index)
        }
    }

    /// Ends all streams with `bye`, and serves those that are adopted from now on.
    func endAll() {
        isEndingAll = true
        defer { isEndingAll = false }
        for index in table.indices where table.isUsed(index) {
            table[index].state.end(.overload)
            advance(index)
        }
    }

    /// Closes all streams without `bye`.
    func closeAll() {
        for index in table.indices where table.isUsed(index) { table.remove(index) }
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
        let concerned = table.groups.concerned(byAnyOf: delta.frames)
        gathering {
            for (group, oldest) in concerned { fanOut(group, after: before, oldest) }
            oldestOfFanOut = nil
        }
        lag.observe()
        guard !ahead.isEmpty else { return }
        let waited = ahead
        ahead = []
        for reference in waited {
            guard let index = table.index(of: reference) else { continue }
            table[index].isAheadOfRecentEvents = false
            advance(index)
        }
    }

    /// Sends the new events to the streams of a group that have passed everything before them.
    ///
    /// - Parameters:
    ///   - before: the event before the new ones.
    ///   - oldest: the time at which the first event that concerns the group was recorded.
    private func fanOut(_ group: Int32, after before: Int64, _ oldest: Timestamp) {
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

    /// The lane was so late that the hub no longer has the events that follow. All streams read the log.
    private func skip(to floor: Int64) {
        materializeCursors()
        recent.skip(to: floor)
        for index in table.indices where table.isUsed(index) { table.enqueue(index) }
    }

    private func fork(after seq: Int64) {
        materializeCursors()
        recent.fork(after: seq)
        table.groups.removeBlocks()
        pages = LanePages()
        heartbeats = HeartbeatCache()
        waiters.removeAll()
        for index in table.indices where table.isUsed(index) {
            table[index].state.forked(after: seq)
            table.enqueue(index)
        }
    }

    private func materializeCursors() {
        for index in table.indices where table.isUsed(index) { materializeCursor(index) }
    }

    /// Writes the true cursor of a stream that has passed all recent events into its state.
    private func materializeCursor(_ index: Int) {
        guard table[index].isCaughtUp else { return }
        table[index].isCaughtUp = false
        table[index].state.passed(through: recent.events.end)
    }

    // MARK: Sends of many streams

    /// Gathers the blocks of streams that advance in `body`, and sends them together.
    private func gathering(_ body: () -> Void) {
        isGathering = true
        body()
        isGathering = false
        sendGathered()
    }

    private func sendGatheredIfFull() {
        guard !table.hasRoomToGather else { return }
        isGathering = false
        sendGathered()
        isGathering = true
    }

    /// Sends the gathered blocks. Their streams advance again after that, each by itself.
    private func sendGathered() {
        let (sent, advancing) = table.sendGathered()
        for stream in sent { if let oldest = stream.oldest { lag.countWrite(since: oldest) } }
        for reference in advancing { if let index = table.index(of: reference) { advance(index) } }
    }

    // MARK: Steps

    /// Carries out a stream's steps until the stream has to wait.
    private func advance(_ index: Int) {
        guard table[index].phase == .streaming else { return }
        materializeCursor(index)
        var blocks = 0
        while true {
            switch nextStep(of: index) {
            case .show(let after):
                table.countReads(ofRecentEvents: 1)
                let block = blockOfRecentEvents(table[index].group, after: after)
                if block.through >= recent.events.end { table[index].state.ticked(at: table.now) }
                if isGathering, table.gather(block, for: index, oldest: oldestOfFanOut) { return }
                guard table.send(block, to: index) else { return }
            case .catchUp(let after, let through):
                guard let block = blockOfLog(table[index].group, after: after) else {
                    let view = table.groups[table[index].group].view
                    let isConflated = view.filter.tick != nil
                    let read =
                        isConflated ? LaneRead.conflated(view, after: after) : pages.read(for: view, after: after)
                    awaitRead(read, through: through, for: index)
                    continue
                }
                guard table.send(block, to: index) else { return }
            case .restart:
                awaitRead(.restart(table.groups[table[index].group].view), through: 0, for: index)
                continue
            case .heartbeat(let seq):
                table[index].state.heartbeatSent(next: table.now &+ heartbeat)
                let (view, history) = (table.groups[table[index].group].view, recent.history)
                let block = heartbeats.block(at: seq, for: view) {
                    hub.positionEncoder(history.position(of: seq), for: view.audience)
                }
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
            blocks += 1
            if blocks == Self.blocksPerTurn { return table.enqueue(index) }
        }
    }

    private func nextStep(of index: Int) -> StreamState.Step {
        table[index].state.next(recent.events.bounds, now: table.now, stallDeadline: table.stallDeadline)
    }

    private func park(_ index: Int, until moment: UInt64) {
        let state = table[index].state
        if !state.isBlocked, !state.isReading, !state.isForked {
            table[index].isCaughtUp = state.cursor == recent.events.end && !state.isConflated
            if state.cursor > recent.events.end, !table[index].isAheadOfRecentEvents {
                table[index].isAheadOfRecentEvents = true
                ahead.append(table.reference(to: index))
            }
            // No event has come by this tick, so later events wait for the next.
            if state.cursor >= recent.events.end { table[index].state.ticked(at: table.now) }
        }
        table.setTimer(of: index, at: moment)
    }

    private func blockOfRecentEvents(_ group: Int32, after cursor: Int64) -> LaneBlock {
        if let known = table.groups.cachedBlock(of: group, after: cursor, end: recent.events.end) { return known }
        return table.groups.cache(
            .of(recent.events, after: cursor, for: table.groups[group].view),
            of: group,
            after: cursor
        )
    }

    /// A block of what was read from the log; nil when the log must be read first.
    private func blockOfLog(_ group: Int32, after cursor: Int64) -> LaneBlock? {
        let view = table.groups[group].view
        if view.filter.tick != nil { return table.groups.takeConflatedBlock(of: group, after: cursor) }
        guard let page = pages.page(for: view, after: cursor) else { return nil }
        if let known = table.groups[group].blocks.block(after: cursor) { return known }
        return table.groups.cache(.of(page, after: cursor, for: view), of: group, after: cursor)
    }

    // MARK: Ending

    private func finish(_ index: Int, _ reason: ControlFrame.ByeReason, at seq: Int64?) {
        table[index].endReason = StreamMetrics.EndReason(reason)
        let view = table.groups[table[index].group].view
        let last = LaneBlock.farewell(
            reason,
            position: seq.map { hub.positionEncoder(recent.history.position(of: $0), for: view.audience) },
            retry: reason == .shutdown || isEndingAll ? hub.returnDelay() : hub.retryDelay(),
            after: table[index].state.cursor,
            for: view
        )
        table.sendFinal(last, to: index)
    }

    // MARK: Readiness

    func socketReady(_ reference: Reference, _ events: Epoll.Events) {
        if let index = table.socketReady(reference, events) { advance(index) }
    }

    func channelBackpressured(_ reference: Reference) { table.channelBackpressured(reference) }

    func channelWritable(_ reference: Reference) {
        if let index = table.channelWritable(reference) { advance(index) }
    }

    func channelClosed(_ reference: Reference) { table.channelClosed(reference) }

    // MARK: Reads of the log

    private func awaitRead(_ read: LaneRead, through: Int64, for index: Int) {
        table[index].state.startedReading()
        if waiters.add(table.reference(to: index), for: read) { reads.request(read, through: through, for: lane) }
    }

    /// Takes the outcome of a read. The streams that wait for it advance in their turn.
    func deliver(_ outcome: LaneReads.Outcome, of read: LaneRead) {
        guard let references = waiters.take(for: read) else { return }
        if case .restart = read {} else { table.countReads(ofLog: 1) }
        let advances = outcome.advances(read, in: recent.history)
        if advances { keep(outcome, of: read) }
        let restartBlock = outcome.restartBlock(of: read)
        for reference in references {
            guard let index = table.index(of: reference), table[index].phase == .streaming,
                table[index].state.isReading
            else { continue }
            table[index].state.stoppedReading(pausedUntil: advances ? 0 : table.now &+ Self.readPause)
            if case .failed = outcome { table[index].state.end(.overload) }
            if case .restart(let preamble) = outcome, advances, !table[index].state.isBlocked,
                !restart(index, with: preamble, restartBlock)
            {
                continue
            }
            table.enqueue(index)
        }
    }

    private func keep(_ outcome: LaneReads.Outcome, of read: LaneRead) {
        switch (outcome, read) {
        case (.page(let page), _): pages.insert(page, for: read)
        case (.conflated(let block, _), .conflated(let view, let after)):
            if let group = table.groups.feed(for: view) { table.groups[group].blocks.insert(block, after: after) }
        case (.failed(let error), _):
            hub.logger.warning("log not read; ending the streams that wait", metadata: ["error": "\(error)"])
        default: break
        }
    }

    /// Sends the preamble with which a stream begins anew.
    ///
    /// - Returns: false when the stream cannot take more now, or is over.
    private func restart(_ index: Int, with preamble: Preamble, _ block: LaneBlock?) -> Bool {
        hub.metrics?.began(.forked)
        guard let block else {
            table[index].endReason = .gone
            let view = table.groups[table[index].group].view
            table.sendFinal(.last(preamble.bytes, after: table[index].state.cursor, for: view), to: index)
            return false
        }
        table[index].state.restarted(after: block.through, showing: block.lastShown)
        return table.send(block, to: index)
    }
}
