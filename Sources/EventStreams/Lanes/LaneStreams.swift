import Logging
import OrderLog
import Orders
import Primitives

/// The streams of one lane, from their adoption to their end. Tells them what happens, and lets them take their steps.
/// Used on the lane's thread only.
final class LaneStreams {
    typealias Reference = LaneSlots.Reference

    /// The time for which the log is not read again after a read that brought nothing, in nanoseconds.
    private static let readPause: UInt64 = 250_000_000

    private let hub: StreamHub
    /// Not checked for overlapping accesses at run time, which would cost several checks for each step of a stream: no
    /// method hands a closure to the steps.
    @exclusivity(unchecked) private var steps: LaneSteps
    private var isDraining = false

    init(of lane: Lane, epoll: Epoll, hub: StreamHub, reads: LaneReads) {
        self.hub = hub
        steps = LaneSteps(of: lane, epoll: epoll, hub: hub, reads: reads)
    }

    /// Makes ready to serve streams on the calling thread.
    func begin() { if hub.settings.usesSendRing { steps.table.openRing() } }

    // MARK: Turns

    /// - Parameter now: nanoseconds of the monotonic clock.
    func beginTurn(at now: UInt64) { steps.table.now = now }

    /// True when streams wait for their turn.
    var hasQueued: Bool { steps.table.queuedCount > 0 }

    /// The time of the next timer; nil when none is set.
    var nextTimer: UInt64? { steps.table.nextTimer }

    func fireTimers() { steps.fireTimers() }

    /// Advances streams that were queued before this turn.
    func resumeQueued(atMost limit: Int) {
        for _ in 0..<min(steps.table.queuedCount, limit) {
            if let index = steps.table.popQueued() { steps.advance(index) }
        }
    }

    func endTurn() { steps.table.endTurn() }

    // MARK: Beginning and end of streams

    func adopt(_ stream: Lane.Adoption) {
        var state = StreamState(
            cursor: stream.cursor,
            shown: stream.shown,
            hasOwnIds: stream.view.hasOwnIds,
            heartbeatAt: steps.table.now &+ steps.heartbeat,
            expiresAt: stream.expiresAt,
            expiry: stream.expiryReason,
            tick: stream.view.tick,
            now: steps.table.now
        )
        for seq in steps.blocks.recent.forks.dropFirst(stream.knownForks) { state.forked(after: seq) }
        if isDraining { state.end(.shutdown) }
        // A right may have been withdrawn while the stream was opened.
        if stream.grants.contains(where: \.isWithdrawn) { state.end(.tokenExpired) }
        do {
            guard let index = try steps.table.insert(stream, in: state) else { return }
            // The stream has passed the events of these bytes already.
            if stream.unsent.isEmpty || steps.table.send(LaneBlock(stream.unsent, through: 0), to: index) {
                steps.advance(index)
            }
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
        for index in steps.table.indices where steps.table.isUsed(index) { steps.end(index, .shutdown) }
    }

    /// Ends the streams one of whose grants was withdrawn.
    func endWithdrawn() {
        for index in steps.table.indices where steps.table.isUsed(index) {
            if steps.table[index].grants.contains(where: \.isWithdrawn) { steps.end(index, .tokenExpired) }
        }
    }

    /// Ends all streams with `bye`, and serves those that are adopted from now on.
    func endAll() { steps.endAll() }

    /// Closes all streams without `bye`.
    func closeAll() {
        for index in steps.table.indices where steps.table.isUsed(index) { steps.table.remove(index) }
        endTurn()
    }

    // MARK: Events

    /// Copies what the hub's recent events have and this lane's have not, and sends it.
    func receiveEvents() {
        let delta = hub.changes(
            after: steps.blocks.recent.events.end,
            knownForks: steps.blocks.recent.forks.count
        )
        steps.blocks.setHistory(delta.history)
        for seq in delta.forks { steps.fork(after: seq) }
        let before = steps.blocks.recent.events.end
        if delta.floor > before { steps.skip(to: delta.floor) }
        guard !delta.frames.isEmpty else { return }
        steps.blocks.append(delta.frames)
        steps.fanOut(delta.frames, after: before)
    }

    // MARK: Readiness

    func socketReady(_ reference: Reference, _ events: Epoll.Events) {
        if let index = steps.table.socketReady(reference, events) { steps.advance(index) }
    }

    func channelBackpressured(_ reference: Reference) { steps.table.channelBackpressured(reference) }

    func channelWritable(_ reference: Reference) {
        if let index = steps.table.channelWritable(reference) { steps.advance(index) }
    }

    func channelClosed(_ reference: Reference) { steps.table.channelClosed(reference) }

    // MARK: Reads of the log

    /// Takes the outcome of a read. The streams that wait for it advance in their turn.
    func deliver(_ outcome: LaneReads.Outcome, of read: LaneRead) {
        guard let references = steps.takeWaiters(for: read) else { return }
        if case .restart = read {} else { steps.table.countReads(ofLog: 1) }
        if case .failed(let error) = outcome {
            hub.logger.warning("log not read; ending the streams that wait", metadata: ["error": "\(error)"])
        }
        let advances = outcome.advances(read, in: steps.blocks.recent.history)
        if advances { steps.keep(outcome, of: read) }
        let restartBlock = outcome.restartBlock(of: read)
        for reference in references {
            guard let index = steps.table.index(of: reference), steps.table[index].phase == .streaming,
                steps.table[index].state.isReading
            else { continue }
            steps.table[index].state.stoppedReading(pausedUntil: advances ? 0 : steps.table.now &+ Self.readPause)
            if case .failed = outcome { steps.table[index].state.end(.overload) }
            if case .restart(let preamble) = outcome, advances, !steps.table[index].state.isBlocked,
                !restart(index, with: preamble, restartBlock)
            {
                continue
            }
            steps.table.enqueue(index)
        }
    }

    /// Sends the preamble with which a stream begins anew.
    ///
    /// - Returns: false when the stream cannot take more now, or is over.
    private func restart(_ index: Int, with preamble: Preamble, _ block: LaneBlock?) -> Bool {
        hub.metrics?.began(.forked)
        guard let block else {
            steps.table[index].endReason = .gone
            let view = steps.table.groups[steps.table[index].group].view
            steps.table.sendFinal(.last(preamble.bytes, after: steps.table[index].state.cursor, for: view), to: index)
            return false
        }
        steps.table[index].state.restarted(after: block.through, showing: block.lastShown)
        return steps.table.send(block, to: index)
    }
}
