/// The time from one look at the standbys to the next.
enum LookPace {
    /// The time between two looks while nobody waits and standbys have everything.
    static let idle: Duration = .seconds(1)
    /// The time between two looks while nobody waits for what standbys lack, such as the work of the projections.
    static let lagging: Duration = .milliseconds(100)
    private static let shortest: Duration = .milliseconds(1)
    private static let longest: Duration = .milliseconds(100)

    /// A commit that waited for its standby is durable by the first look. After that the looks come closer where
    /// standbys are near, and are few where they are away.
    ///
    /// - Parameter waited: the time since the oldest wait began or commits last became durable, whichever is later.
    static func pause(afterWaiting waited: Duration) -> Duration { min(max(waited / 8, shortest), longest) }
}
