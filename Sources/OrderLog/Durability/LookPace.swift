/// The time from one look at the standbys to the next.
enum LookPace {
    /// The time between two looks while nobody waits.
    static let idle: Duration = .seconds(1)
    private static let shortest: Duration = .milliseconds(1)
    private static let longest: Duration = .milliseconds(100)

    /// A commit that waited for its standby is durable by the first look. After that the looks come closer where
    /// standbys are near, and are few where they are away.
    ///
    /// - Parameter waited: the time since the oldest wait began or commits last became durable, whichever is later; nil
    ///   where nobody waits.
    static func pause(afterWaiting waited: Duration?) -> Duration {
        waited.map { min(max($0 / 8, shortest), longest) } ?? idle
    }
}
