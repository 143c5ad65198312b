/// Timers of slots: a wheel of buckets, so that setting and firing a timer cost the same whatever the number of timers.
///
/// The last timer of a slot counts. The caller ignores an entry whose tick is not that of the slot.
struct LaneTimers {
    struct Entry {
        let slot: LaneSlots.Reference
        let tick: UInt64
    }

    private static let size: UInt64 = 256
    private let resolution: UInt64
    private var buckets: [[Entry]] = Array(repeating: [], count: Int(size))
    /// The first tick that has not fired.
    private var tick: UInt64
    private var count = 0

    /// - Parameters:
    ///   - now: nanoseconds of the monotonic clock.
    ///   - resolution: the nanoseconds by which a timer may be late.
    init(now: UInt64, resolution: UInt64) {
        self.resolution = resolution
        tick = now / resolution
    }

    /// Sets a timer.
    ///
    /// - Returns: the tick at which the timer fires: not before `moment`, but one round of the wheel from now at the
    ///   latest.
    mutating func schedule(_ slot: LaneSlots.Reference, at moment: UInt64) -> UInt64 {
        let due = self.tick(for: moment)
        buckets[Int(due % Self.size)].append(Entry(slot: slot, tick: due))
        count += 1
        return due
    }

    /// The tick at which a timer for this time fires.
    func tick(for moment: UInt64) -> UInt64 {
        let wanted = moment / resolution &+ 1
        return min(max(wanted, tick), tick + Self.size - 1)
    }

    /// The time of the next timer; nil when none is set.
    var next: UInt64? {
        guard count > 0 else { return nil }
        for candidate in tick..<tick + Self.size where !buckets[Int(candidate % Self.size)].isEmpty {
            return candidate * resolution
        }
        return nil
    }

    /// Removes the timers that are due.
    mutating func takeDue(_ now: UInt64) -> [Entry] {
        var entries: [Entry] = []
        let last = now / resolution
        // After a long sleep, one round covers all buckets.
        let first = max(tick, last >= Self.size ? last - Self.size + 1 : 0)
        guard first <= last else { return [] }
        for due in first...last {
            let index = Int(due % Self.size)
            guard !buckets[index].isEmpty else { continue }
            count -= buckets[index].count
            if entries.isEmpty { swap(&entries, &buckets[index]) } else { entries += buckets[index] }
            buckets[index] = []
        }
        tick = last + 1
        return entries
    }
}
