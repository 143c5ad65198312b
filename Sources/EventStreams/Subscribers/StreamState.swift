/// One stream's state without its bytes: pure, told what has happened, and asked what to do next. Times are nanoseconds of
/// one clock that never goes back.
///
/// Invariant: everything that the stream shows at or before `cursor` has been handed out, once and in order.
package struct StreamState: Sendable, Equatable {
    /// Where the ring begins and ends.
    package struct Bounds: Sendable, Equatable {
        /// A cursor before it must read the log.
        package var floor: Int64
        package var end: Int64

        package init(floor: Int64, end: Int64) {
            (self.floor, self.end) = (floor, end)
        }
    }

    /// What the stream does next.
    package enum Step: Sendable, Equatable {
        /// Hand out what the ring holds after this event.
        case show(after: Int64)
        /// Read the log after one event up to another.
        case catchUp(after: Int64, through: Int64)
        /// The stream has shown what no longer exists: say so and begin anew.
        case restart
        /// Say that the stream has passed everything up to here.
        case heartbeat(at: Int64)
        /// Say so for the last time, where the cursor still means something, and say goodbye.
        case finish(ControlFrame.ByeReason, at: Int64?)
        /// The client takes nothing: close without a word, which would not reach it.
        case cut
        /// Nothing to do before the ring grows, the client takes more, or this moment.
        case wait(until: UInt64)
    }

    /// The last event that the stream has fully passed.
    package private(set) var cursor: Int64
    private(set) var heartbeatAt: UInt64
    private(set) var expiresAt: UInt64
    /// Since when the client has not taken what lies ready for it; 0 when nothing does.
    private var blockedSince: UInt64 = 0
    /// Not before this is the log read again.
    private var pausedUntil: UInt64 = 0
    private(set) var isReading = false
    private(set) var isForked = false
    private(set) var ending: ControlFrame.ByeReason?
    private let expiry: ControlFrame.ByeReason
    /// Nanoseconds from tick to tick of a conflated stream; 0 for one that shows every event at once.
    private let tick: UInt64
    /// Before this, a conflated stream shows nothing.
    private var tickAt: UInt64

    /// - Parameters:
    ///   - heartbeatAt: when the first heartbeat is due.
    ///   - tick: nanoseconds from tick to tick of a conflated stream; 0 for any other.
    ///   - now: from which the first tick is counted.
    ///   - expiresAt: when the stream ends by itself.
    ///   - expiry: why it does.
    package init(
        cursor: Int64,
        heartbeatAt: UInt64,
        expiresAt: UInt64 = .max,
        expiry: ControlFrame.ByeReason = .tokenExpired,
        tick: UInt64 = 0,
        now: UInt64 = 0
    ) {
        self.tick = tick
        tickAt = tick == 0 ? 0 : now &+ tick
        self.expiry = expiry
        self.cursor = cursor
        self.heartbeatAt = heartbeatAt
        self.expiresAt = expiresAt
    }

    package var isBlocked: Bool { blockedSince != 0 }
    package var isConflated: Bool { tick > 0 }

    /// - Parameter stallDeadline: a client that takes nothing for so many nanoseconds is cut off.
    package func next(_ ring: Bounds, now: UInt64, stallDeadline: UInt64) -> Step {
        if isBlocked {
            let deadline = blockedSince &+ stallDeadline
            return now >= deadline ? .cut : .wait(until: deadline)
        }
        if let reason = ending ?? (now >= expiresAt ? expiry : nil) {
            // A stream that has to begin anew keeps the id that it has: returning with it, the client is told by `reset`.
            if isForked { return .finish(reason, at: nil) }
            // What waits for the tick lies beyond the cursor, and is there when the client returns.
            if tick == 0, !isReading, cursor >= ring.floor, cursor < ring.end { return .show(after: cursor) }
            return .finish(reason, at: cursor)
        }
        let idle = min(heartbeatAt, expiresAt)
        if isForked {
            if isReading { return .wait(until: expiresAt) }
            return now < pausedUntil ? .wait(until: min(expiresAt, pausedUntil)) : .restart
        }
        if now >= heartbeatAt { return .heartbeat(at: cursor) }
        if isReading { return .wait(until: idle) }
        if tick > 0, now < tickAt || cursor >= ring.end {
            return .wait(until: min(idle, now < tickAt ? tickAt : nextTick(after: now)))
        }
        if cursor < ring.floor {
            return now < pausedUntil
                ? .wait(until: min(idle, pausedUntil)) : .catchUp(after: cursor, through: ring.end)
        }
        return cursor < ring.end ? .show(after: cursor) : .wait(until: idle)
    }

    // MARK: What has happened

    /// Everything up to here that the stream shows has been handed out.
    package mutating func passed(through seq: Int64) { cursor = max(cursor, seq) }

    /// A conflated stream has shown everything that there was at this tick: what comes now waits for the next. Ticks keep the
    /// beat that began with the stream; those missed are not made up for.
    package mutating func ticked(at now: UInt64) { if tick > 0 { tickAt = nextTick(after: now) } }

    private func nextTick(after now: UInt64) -> UInt64 {
        now < tickAt ? tickAt : tickAt &+ ((now &- tickAt) / tick &+ 1) &* tick
    }

    /// The client does not take what lies ready for it.
    package mutating func blocked(at now: UInt64) { if blockedSince == 0 { blockedSince = max(now, 1) } }

    /// The client has taken some of it and may be patient for as long again.
    package mutating func progressed(at now: UInt64) { if blockedSince != 0 { blockedSince = max(now, 1) } }

    /// The client has taken all that lay ready.
    package mutating func freed() { blockedSince = 0 }

    /// A read of the log is under way.
    package mutating func startedReading() { isReading = true }

    /// It is over. Where it brought nothing, the log is left alone until `pause`.
    package mutating func stoppedReading(pausedUntil pause: UInt64 = 0) {
        isReading = false
        pausedUntil = pause
    }

    /// The stream has begun anew, after this event.
    package mutating func restarted(after seq: Int64) {
        isReading = false
        isForked = false
        cursor = seq
    }

    /// History after this event is gone. Reads under way are of no use.
    package mutating func forked(after seq: Int64) {
        isReading = false
        guard cursor > seq else { return }
        cursor = seq
        isForked = true
    }

    package mutating func end(_ reason: ControlFrame.ByeReason) { if ending == nil { ending = reason } }

    package mutating func heartbeatSent(next: UInt64) { heartbeatAt = next }
}
