/// The outcome of the reads of the token keys so far. Times are seconds since 1970.
struct KeyReads: Sendable {
    /// The last good set; nil until a first read succeeds.
    private(set) var snapshot: KeySource.Snapshot?
    /// The failures since the last good read.
    private(set) var failureCount = 0
    private var lastSuccess: Double
    private var lastAttempt: Double

    init(now: Double) {
        lastSuccess = now
        lastAttempt = now
    }

    /// True while the last read has failed.
    var isFailing: Bool { failureCount > 0 }

    /// Tells whether an interval has passed since the last attempt. A clock that went back makes everything due.
    func isDue(now: Double, interval: Double) -> Bool {
        now < lastAttempt || now - lastAttempt >= interval
    }

    /// The last good set; nil where its last good read is too long ago.
    func snapshot(now: Double, maximumAge: Double) -> KeySource.Snapshot? {
        now - lastSuccess < maximumAge ? snapshot : nil
    }

    mutating func attempted(now: Double) { lastAttempt = now }

    /// Notes that the source is as it was, which is as good as a read.
    mutating func confirmed(now: Double) { lastSuccess = now }

    /// Notes a good read.
    ///
    /// - Returns: true where the log should tell of it: the keys are others, or the reads had failed.
    mutating func succeeded(_ keys: KeySet, now: Double) -> Bool {
        lastSuccess = now
        let isRecovery = isFailing
        failureCount = 0
        if let snapshot, snapshot.keys.isSame(as: keys) { return isRecovery }
        snapshot = KeySource.Snapshot(keys: keys, generation: (snapshot?.generation ?? -1) + 1)
        return true
    }

    /// Notes a failed read.
    ///
    /// - Returns: true where the log should tell of it: one line for each failure that is new, not one for every
    ///   attempt of a long outage.
    mutating func failed() -> Bool {
        failureCount += 1
        return failureCount == 1 || failureCount % 120 == 0
    }
}
