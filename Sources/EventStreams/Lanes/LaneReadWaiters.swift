/// The streams of a lane that wait for reads of the log.
struct LaneReadWaiters {
    private var waiting: [LaneRead: [LaneSlots.Reference]] = [:]

    /// Adds a stream.
    ///
    /// - Returns: true when no other stream waits for the read, so that the caller has to request it.
    mutating func add(_ reference: LaneSlots.Reference, for read: LaneRead) -> Bool {
        if waiting[read]?.append(reference) != nil { return false }
        waiting[read] = [reference]
        return true
    }

    /// Removes the streams that wait for a read; nil when it is not awaited.
    mutating func take(for read: LaneRead) -> [LaneSlots.Reference]? { waiting.removeValue(forKey: read) }

    mutating func removeAll() { waiting = [:] }
}
