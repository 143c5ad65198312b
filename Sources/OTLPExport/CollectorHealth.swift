import Primitives

/// The collector's health as exports show it: tells which failure begins an episode and which export ends it, so that
/// each has one line of the log, and when the next attempt is due.
struct CollectorHealth: Sendable, Hashable {
    private var failingSince: ContinuousClock.Instant?
    private var backoff = Backoff(first: .seconds(1), limit: .seconds(16))

    /// An attempt failed.
    ///
    /// - Returns: true for the first of an episode.
    mutating func failed(at now: ContinuousClock.Instant) -> Bool {
        guard failingSince == nil else { return false }
        failingSince = now
        return true
    }

    /// The pause after a failed attempt, at least the one that the collector asks for.
    ///
    /// - Parameter random: from 0 up to 1: many processes must not come back at the same moment.
    mutating func pause(asked: Duration, random: Double) -> Duration { max(asked, backoff.next(random: random)) }

    /// The collector took a batch.
    ///
    /// - Returns: the seconds of the episode that ends; nil where there was none.
    mutating func succeeded(at now: ContinuousClock.Instant) -> Int? {
        backoff.reset()
        guard let since = failingSince else { return nil }
        failingSince = nil
        return Int((now - since) / .seconds(1))
    }
}
