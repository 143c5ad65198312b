/// The requests of a pool that missed their deadlines one after another. Times come in as parameters.
struct LateReads: Sendable {
    private var inRow = 0
    private var last: ContinuousClock.Instant?

    /// Takes note of a caller whose requests were answered.
    mutating func answered() { inRow = 0 }

    /// Takes note of a caller whose request failed. Any failure but a missed deadline counts neither way.
    mutating func failed(_ error: any Error, at now: ContinuousClock.Instant) {
        guard Self.isLate(error) else { return }
        inRow += 1
        last = now
    }

    /// The number of them.
    ///
    /// - Parameter duration: the time after which the last of them counts no more.
    func count(within duration: Duration, of now: ContinuousClock.Instant) -> Int {
        guard let last, now - last < duration else { return 0 }
        return inRow
    }

    /// The request's own deadline, or the server's limit for a statement.
    private static func isLate(_ error: any Error) -> Bool {
        guard let error = error as? PostgresError else { return false }
        return error.kind == .timeout || error.sqlState == "57014"
    }
}
