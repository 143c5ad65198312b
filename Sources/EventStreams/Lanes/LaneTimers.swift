/// Wakes slots at about their moments: a wheel of buckets, so that setting and firing cost the same however many there are.
///
/// A slot has at most one moment that counts; what it was told before is passed over when its bucket comes.
struct LaneTimers {
    struct Entry {
        let slot: LaneSlots.Reference
        let tick: UInt64
    }

    private static let size: UInt64 = 256
    private let resolution: UInt64
    private var buckets: [[Entry]] = Array(repeating: [], count: Int(size))
    /// Everything before this tick has fired.
    private var tick: UInt64
    private var count = 0

    /// - Parameter resolution: how late a slot may wake, in nanoseconds.
    init(now: UInt64, resolution: UInt64) {
        self.resolution = resolution
        tick = now / resolution
    }

    /// - Returns: the tick at which the slot will be woken: never before its moment, but once around the wheel at the latest.
    mutating func schedule(_ slot: LaneSlots.Reference, at moment: UInt64) -> UInt64 {
        let due = self.tick(for: moment)
        buckets[Int(due % Self.size)].append(Entry(slot: slot, tick: due))
        count += 1
        return due
    }

    func tick(for moment: UInt64) -> UInt64 {
        let wanted = moment / resolution &+ 1
        return min(max(wanted, tick), tick + Self.size - 1)
    }

    /// The moment at which the next bucket with anything in it is due; nil when nothing waits.
    var next: UInt64? {
        guard count > 0 else { return nil }
        for candidate in tick..<tick + Self.size where !buckets[Int(candidate % Self.size)].isEmpty {
            return candidate * resolution
        }
        return nil
    }

    /// Takes what is due.
    mutating func due(_ now: UInt64) -> [Entry] {
        var entries: [Entry] = []
        let last = now / resolution
        // After a long sleep, once around is everything.
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
