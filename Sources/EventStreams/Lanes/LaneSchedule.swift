import DequeModule

/// The order in which a lane's streams advance next: a queue of streams that continue in turn, and timers.
struct LaneSchedule {
    typealias Reference = LaneSlots.Reference

    private var queue: Deque<Reference> = []
    private var timers: LaneTimers
    /// The timers of conflated streams, whose ticks are closer together than anything else.
    private var ticks: LaneTimers

    /// - Parameters:
    ///   - now: nanoseconds of the monotonic clock.
    ///   - resolution: how late a timer may fire, in nanoseconds; ticks fire within 5 ms.
    init(now: UInt64, resolution: UInt64) {
        timers = LaneTimers(now: now, resolution: resolution)
        ticks = LaneTimers(now: now, resolution: 5_000_000)
    }

    // MARK: Turns

    /// The number of queued streams, including those that were removed since.
    var queuedCount: Int { queue.count }

    /// Queues a stream, unless it is queued already.
    mutating func enqueue(_ slot: inout LaneSlots.Slot, as reference: Reference) {
        guard !slot.isQueued else { return }
        slot.isQueued = true
        queue.append(reference)
    }

    mutating func popQueued() -> Reference? { queue.popFirst() }

    // MARK: Timers

    /// Sets a stream's timer, unless it fires earlier anyway.
    ///
    /// - Parameter moment: nanoseconds of the monotonic clock.
    mutating func setTimer(of slot: inout LaneSlots.Slot, as reference: Reference, at moment: UInt64) {
        if slot.state.isConflated {
            Self.setTimer(of: &slot, reference, moment, by: &ticks)
        } else {
            Self.setTimer(of: &slot, reference, moment, by: &timers)
        }
    }

    private static func setTimer(
        of slot: inout LaneSlots.Slot,
        _ reference: Reference,
        _ moment: UInt64,
        by timers: inout LaneTimers
    ) {
        guard slot.tick == 0 || timers.tick(for: moment) < slot.tick else { return }
        slot.tick = timers.schedule(reference, at: moment)
    }

    /// Removes the timers that are due.
    mutating func takeDue(_ now: UInt64) -> [LaneTimers.Entry] { timers.takeDue(now) + ticks.takeDue(now) }

    /// The time of the next timer; nil when none is set.
    var nextTimer: UInt64? {
        guard let timer = timers.next, let tick = ticks.next else { return timers.next ?? ticks.next }
        return min(timer, tick)
    }
}
