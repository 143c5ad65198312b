/// The reason for which work that is tried again and again is held up: worth a line when it begins, when it changes and
/// every five minutes, and one when it is over.
public struct RepeatedReason: Sendable {
    private var current: (reason: String, said: ContinuousClock.Instant)?
    private var began: ContinuousClock.Instant?

    private static let interval: Duration = .seconds(300)

    public init() {}

    /// Takes note of an attempt that was held up.
    ///
    /// - Returns: true where the reason is to be said now.
    public mutating func mustSay(_ reason: String, at now: ContinuousClock.Instant = .now) -> Bool {
        began = began ?? now
        if let current, current.reason == reason, now - current.said < Self.interval { return false }
        current = (reason, now)
        return true
    }

    /// Takes note of an attempt that was not held up.
    ///
    /// - Returns: the time for which the attempts before were; nil where none was.
    public mutating func end(at now: ContinuousClock.Instant = .now) -> Duration? {
        defer { (current, began) = (nil, nil) }
        return began.map { now - $0 }
    }
}
