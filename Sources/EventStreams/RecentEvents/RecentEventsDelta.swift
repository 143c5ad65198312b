import OrderLog

/// The changes of the hub's recent events since a lane last copied them.
struct RecentEventsDelta {
    /// The events after which history was cut, fork by fork.
    var forks: [Int64]
    /// The event before the hub's oldest one in memory.
    var floor: Int64
    /// The events after those that the lane has.
    var frames: [EventFrame]
    /// The history of these events.
    var history: EpochTable
}
