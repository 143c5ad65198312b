import OrderLog
import Orders
import Primitives

/// What has changed in the hub's ring.
struct LaneDelta {
    /// Where history was cut since, cut by cut.
    var forks: [Int64]
    /// Where the hub's ring begins.
    var floor: Int64
    /// The events after those that the lane has.
    var frames: [EventFrame]
    var history: EpochTable
}

extension LaneLoop {
    /// Writes for which the clock is read once, for the lag.
    private static let sample = 16

    /// Takes what the hub's ring has that this lane's has not, and hands it out.
    func receive() {
        let delta = hub.delta(after: ring.end, forks: forks.count)
        history = delta.history
        for seq in delta.forks { fork(after: seq) }
        let before = ring.end
        if delta.floor > before { skip(to: delta.floor) }
        guard !delta.frames.isEmpty else { return }
        for frame in delta.frames { ring.append(frame) }
        turn += 1
        var concerned: [(group: Int32, oldest: Timestamp)] = []
        for frame in delta.frames {
            for group in groups.concerned(by: frame.event) {
                guard groups[group].turn != turn, groups[group].shows(frame) else { continue }
                groups[group].turn = turn
                concerned.append((group, frame.event.recordedAt))
            }
        }
        for (group, oldest) in concerned { fanOut(group, after: before, oldest) }
        guard !ahead.isEmpty else { return }
        let waited = ahead
        ahead = []
        for reference in waited {
            guard let index = slots.index(reference) else { continue }
            slots[index].isAhead = false
            drive(index)
        }
    }

    /// Hands the ring's new events to the streams of a group that had passed everything before.
    ///
    /// - Parameter oldest: when the first of those events was recorded.
    private func fanOut(_ group: Int32, after before: Int64, _ oldest: Timestamp) {
        var served = 0
        defer { observe(oldest, writes: served) }
        // From behind: a stream that is closed has its place taken by one that has had its turn.
        var member = groups[group].members.count - 1
        while member >= 0 {
            let index = Int(groups[group].members[member])
            if slots[index].isLive {
                slots[index].isLive = false
                slots[index].state.passed(through: before)
                drive(index)
                served += 1
                if served == Self.sample {
                    observe(oldest, writes: served)
                    served = 0
                }
                if groups[group].members.isEmpty { return }
            }
            member -= 1
        }
        // Only feeds have many streams that may be a little behind.
        if case .feed = groups[group].view.filter.subject { return }
        groups[group].blocks.removeAll()
    }

    private func observe(_ oldest: Timestamp, writes: Int) {
        guard writes > 0, let metrics = hub.metrics else { return }
        let now = Int64(SystemClock.unixNanoseconds() / 1000)
        metrics.lagged(seconds: Double(now - oldest.unixMicroseconds) / 1_000_000, writes: writes)
    }

    /// The lane was so late that the hub's ring has moved on: its streams have to read the log.
    private func skip(to floor: Int64) {
        settle()
        ring = RecentEvents(after: floor, capacity: hub.settings.ringCapacity)
        for index in slots.indices where slots.isUsed(index) { enqueue(index) }
    }

    private func fork(after seq: Int64) {
        forks.append(seq)
        settle()
        ring.cut(after: seq)
        groups.removeBlocks()
        pages = LanePages()
        cursors = HeartbeatCache()
        waiting = [:]
        for index in slots.indices where slots.isUsed(index) {
            slots[index].state.forked(after: seq)
            enqueue(index)
        }
    }

    /// Gives streams that have passed everything the cursor that says so.
    private func settle() {
        for index in slots.indices where slots.isUsed(index) && slots[index].isLive {
            slots[index].state.passed(through: ring.end)
            slots[index].isLive = false
        }
    }
}
