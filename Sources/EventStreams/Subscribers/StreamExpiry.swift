/// When a stream ends by itself, and what it says then: its token's end or its greatest age, whichever comes first.
package struct StreamExpiry: Sendable, Hashable {
    package let at: ContinuousClock.Instant
    package let reason: ControlFrame.ByeReason

    /// - Parameters:
    ///   - tokenEnds: when the caller's token is accepted no longer; nil where the caller has none.
    ///   - maximumAge: how long a stream may last from `now`. Streams last a tenth less at random, so that those which
    ///     came together do not leave together.
    ///   - jitter: 0 up to 1: how much of that tenth.
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
