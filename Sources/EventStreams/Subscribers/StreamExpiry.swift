/// The time at which a stream ends by itself, and its `bye` reason: the end of the token's validity or the maximum age,
/// whichever comes first.
package struct StreamExpiry: Sendable, Hashable {
    package let at: ContinuousClock.Instant
    package let reason: ControlFrame.ByeReason

    /// - Parameters:
    ///   - tokenEnds: the end of the caller's token; nil where the caller has none.
    ///   - maximumAge: the longest duration of a stream from `now` on. A random part of a tenth is taken off, so that
    ///     streams that began together do not end together.
    ///   - jitter: the part of that tenth, from 0 up to 1.
    package init(
        tokenEnds: ContinuousClock.Instant?,
        now: ContinuousClock.Instant,
        maximumAge: Duration,
        jitter: Double
    ) {
        let oldest = now + maximumAge * (1 - jitter / 10)
        if let tokenEnds, tokenEnds <= oldest {
            (at, reason) = (tokenEnds, .tokenExpired)
        } else {
            (at, reason) = (oldest, .maxAge)
        }
    }
}
