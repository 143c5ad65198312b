import Primitives

/// The clock by which events are recorded: the database's, except where that clock jumps ahead.
///
/// The log's time never goes back. Events recorded during a jump would give their time to all later events, until the
/// clock has caught up. So a jump counts only when this process's own clock shows it as well, and only after a while.
struct LogClock {
    /// The time by three clocks, in microseconds.
    struct Reading {
        /// The database's time since 1970.
        let database: Int64
        /// This process's time since 1970.
        let own: Int64
        /// A clock that no correction moves, and that goes on while the machine sleeps.
        let monotonic: Int64
    }

    /// A clock ahead by this or less is right.
    static let tolerance: Int64 = 60_000_000
    /// The time after which a jump that both clocks show counts.
    static let probation: Int64 = 120_000_000

    /// The last time, and the monotonic clock then.
    private var last: (time: Int64, monotonic: Int64)?
    /// The monotonic clock when the current jump was noticed; nil without one.
    private var jumpBegan: Int64?

    /// The time at which an event is recorded now, in microseconds since 1970.
    mutating func time(_ reading: Reading) -> Int64 {
        let expected = last.map { $0.time + max(0, reading.monotonic - $0.monotonic) } ?? reading.own
        var time = reading.database
        if reading.database - expected > Self.tolerance {
            let began = jumpBegan ?? reading.monotonic
            let isShared = reading.database - reading.own <= Self.tolerance
            let counts = isShared && reading.monotonic - began >= Self.probation
            jumpBegan = counts ? nil : began
            if !counts { time = expected }
        } else {
            jumpBegan = nil
        }
        last = (time, reading.monotonic)
        return time
    }

    /// The age at which a reading no longer tells the present time, in microseconds: two clocks drift apart by some ten
    /// microseconds in a second.
    static let readingMaxAge: Int64 = 10_000_000

    /// The longest time between a question and its answer that make a reading: it was made at either of them.
    static let longestReading: Duration = .milliseconds(100)

    /// The time at which an event is recorded now, without asking the database.
    ///
    /// - Parameter monotonic: the clock of `Reading.monotonic`.
    /// - Returns: microseconds since 1970; nil where the last reading is too old, or there is none.
    func estimate(monotonic: Int64 = Reading.monotonicNow) -> Int64? {
        guard let last, monotonic - last.monotonic <= Self.readingMaxAge else { return nil }
        return last.time + max(0, monotonic - last.monotonic)
    }
}

extension LogClock.Reading {
    /// Reads this process's clocks.
    init(database: Int64) {
        self.init(database: database, monotonic: Self.monotonicNow)
    }

    /// Reads this process's own clock.
    init(database: Int64, monotonic: Int64) {
        self.init(database: database, own: Int64(SystemClock.unixNanoseconds() / 1000), monotonic: monotonic)
    }

    /// The present value of `monotonic`.
    static var monotonicNow: Int64 { Int64(SystemClock.bootNanoseconds() / 1000) }
}
