/// How long to wait before the next attempt: doubling up to a limit, each time between half and all of it, so that many
/// clients do not come back in step.
struct Backoff {
    var first: Duration = .milliseconds(100)
    var limit: Duration = .seconds(5)
    private(set) var attempts = 0

    init(first: Duration = .milliseconds(100), limit: Duration = .seconds(5)) {
        self.first = first
        self.limit = limit
    }

    /// - Parameter random: from 0 up to 1.
    mutating func next(random: Double) -> Duration {
        let step = min(limit, first * (1 << min(attempts, 20)))
        attempts += 1
        return step / 2 + (step / 2) * random
    }

    mutating func reset() {
        attempts = 0
    }
}
