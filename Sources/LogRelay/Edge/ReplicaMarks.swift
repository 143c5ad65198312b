/// The events that a replica lacked, and the times at which that was found: the age of what is missing.
///
/// A replica that is a little late lacks some events at every look while events keep coming. Its lag is the age of the
/// oldest of them, not the time since it lacked none.
struct ReplicaMarks {
    /// In ascending order.
    private var marks: [(seq: Int64, at: ContinuousClock.Instant)] = []

    /// The least time between two marks, and the most marks; of more, every other one is forgotten.
    private static let (interval, capacity): (Duration, Int) = (.milliseconds(500), 128)

    /// The time since which the oldest missing event is known to be missing; nil where none is.
    var oldest: ContinuousClock.Instant? { marks.first?.at }

    /// - Parameters:
    ///   - told: the last event that was known before the look.
    ///   - existing: the last event that is known now: after a fork it may be an earlier one.
    ///   - database: the last event that the replica had.
    mutating func take(told: Int64, existing: Int64, database: Int64, at now: ContinuousClock.Instant) {
        marks.removeAll { $0.seq <= database || $0.seq > existing }
        guard told > database, told > marks.last?.seq ?? 0 else { return }
        if let last = marks.last, now - last.at < Self.interval { return }
        if marks.count >= Self.capacity {
            marks = marks.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        }
        marks.append((told, now))
    }
}
