/// The state of one stream without its bytes. Pure: the lane reports events to it and asks it for the next step. Times
/// are nanoseconds of one monotonic clock.
///
/// Invariant: everything that the stream shows at or before `cursor` has been sent or queued, once and in order.
package struct StreamState: Sendable, Equatable {
    /// The bounds of the recent events.
    package struct Bounds: Sendable, Equatable {
        /// The event before the oldest one in memory: a stream whose cursor is less must read the log.
        package var floor: Int64
        /// The newest event.
        package var end: Int64

        package init(floor: Int64, end: Int64) {
            (self.floor, self.end) = (floor, end)
        }
    }

    /// The next thing that the lane does for the stream.
    package enum Step: Sendable, Equatable {
        /// Sends the recent events after this one.
        case show(after: Int64)
        /// Reads the log after one event up to another.
        case catchUp(after: Int64, through: Int64)
        /// The stream has shown events that no longer exist: sends `reset` and begins anew.
        case restart
        /// Sends an id-only block with the id of this event.
        case heartbeat(at: Int64)
        /// Sends a last id-only block, unless the cursor is invalid, then `bye`.
        case finish(ControlFrame.ByeReason, at: Int64?)
        /// The client has taken nothing until the stall deadline: calls `endSlow`, so that the stream ends with
        /// `bye` if the client goes on to take what is ready soon.
        case endSlow
        /// Closes without `bye`, which would not reach a client that takes nothing.
        case disconnect
        /// Nothing to do before an event comes, the client takes more, or this time.
        case wait(until: UInt64)
    }

    /// The last event that the stream has fully passed.
    package private(set) var cursor: Int64
    /// The last event that the client has an id of, or will have once it has taken what is sent.
    private var shown: Int64
    /// Id-only blocks have the id of the last event shown, not of the last one passed.
    private let hasOwnIds: Bool
    private(set) var heartbeatAt: UInt64
    private(set) var expiresAt: UInt64
    /// The time at which the client stopped taking what is ready for it; 0 when nothing is ready.
    private var blockedSince: UInt64 = 0
    /// The time at which the stream was to end since its client was slow; 0 before.
    private var slowSince: UInt64 = 0
    /// The time before which the log is not read again.
    private var pausedUntil: UInt64 = 0
    private(set) var isReading = false
    private(set) var isForked = false
    private(set) var ending: ControlFrame.ByeReason?
    private let expiry: ControlFrame.ByeReason
    /// The nanoseconds from tick to tick of a conflated stream; 0 for any other.
    private let tick: UInt64
    /// The time of a conflated stream's next tick, before which it shows nothing.
    private var tickAt: UInt64

    /// The part of the stall deadline that a slow client has to take the rest and `bye`.
    private static let graceDivisor: UInt64 = 6

    /// - Parameters:
    ///   - cursor: the last event that the stream has passed.
    ///   - shown: the event whose id the client has; nil for the cursor.
    ///   - hasOwnIds: id-only blocks have the id of the last event shown, not of the last one passed.
    ///   - heartbeatAt: the time of the first heartbeat.
    ///   - expiresAt: the time at which the stream ends by itself.
    ///   - expiry: the `bye` reason for that.
    ///   - tick: the nanoseconds from tick to tick of a conflated stream; 0 for any other.
    ///   - now: the time from which ticks are counted.
    package init(
        cursor: Int64,
        shown: Int64? = nil,
        hasOwnIds: Bool = false,
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
        self.shown = shown ?? cursor
        self.hasOwnIds = hasOwnIds
        self.heartbeatAt = heartbeatAt
        self.expiresAt = expiresAt
    }

    /// True while the client has not taken what is ready for it.
    package var isBlocked: Bool { blockedSince != 0 }
    package var isConflated: Bool { tick > 0 }
    /// The event whose id an id-only block has.
    package var idSeq: Int64 { hasOwnIds ? shown : cursor }

    /// The step that the lane takes now.
    ///
    /// - Parameter stallDeadline: the nanoseconds after which a client that takes nothing is disconnected.
    package func next(_ bounds: Bounds, now: UInt64, stallDeadline: UInt64) -> Step {
        if isBlocked {
            guard slowSince == 0 else {
                let deadline = max(blockedSince, slowSince) &+ stallDeadline / Self.graceDivisor
                return now >= deadline ? .disconnect : .wait(until: deadline)
            }
            let deadline = blockedSince &+ stallDeadline
            return now >= deadline ? .endSlow : .wait(until: deadline)
        }
        if let reason = ending ?? (now >= expiresAt ? expiry : nil) {
            // The client of a stream that must begin anew keeps its id; when it returns with the id, it gets `reset`.
            if isForked { return .finish(reason, at: nil) }
            // Events that wait for a tick are after the cursor, so the client gets them when it returns.
            // A slow client is not sent more, which would only delay its `bye`.
            if slowSince == 0, tick == 0, !isReading, cursor >= bounds.floor, cursor < bounds.end {
                return .show(after: cursor)
            }
            return .finish(reason, at: idSeq)
        }
        let idle = min(heartbeatAt, expiresAt)
        if isForked {
            if isReading { return .wait(until: expiresAt) }
            return now < pausedUntil ? .wait(until: min(expiresAt, pausedUntil)) : .restart
        }
        if now >= heartbeatAt { return .heartbeat(at: idSeq) }
        if isReading { return .wait(until: idle) }
        if tick > 0, now < tickAt || cursor >= bounds.end {
            return .wait(until: min(idle, now < tickAt ? tickAt : nextTick(after: now)))
        }
        if cursor < bounds.floor {
            return now < pausedUntil
                ? .wait(until: min(idle, pausedUntil)) : .catchUp(after: cursor, through: bounds.end)
        }
        return cursor < bounds.end ? .show(after: cursor) : .wait(until: idle)
    }

    // MARK: Reports

    /// Everything up to this event that the stream shows has been sent or queued.
    ///
    /// - Parameter last: the last of these events that the stream shows; 0 where it shows none.
    package mutating func passed(through seq: Int64, showing last: Int64 = 0) {
        cursor = max(cursor, seq)
        shown = max(shown, last)
    }

    /// A conflated stream has shown everything that there was at this tick, so later events wait for the next. Ticks
    /// are counted from the stream's beginning; missed ticks are skipped.
    package mutating func ticked(at now: UInt64) { if tick > 0 { tickAt = nextTick(after: now) } }

    private func nextTick(after now: UInt64) -> UInt64 {
        now < tickAt ? tickAt : tickAt &+ ((now &- tickAt) / tick &+ 1) &* tick
    }

    /// The client does not take what is ready for it.
    package mutating func blocked(at now: UInt64) { if blockedSince == 0 { blockedSince = max(now, 1) } }

    /// The client has taken a part of what is ready, so its stall deadline begins anew.
    package mutating func progressed(at now: UInt64) { if blockedSince != 0 { blockedSince = max(now, 1) } }

    /// The client has taken everything that was ready.
    package mutating func unblocked() { blockedSince = 0 }

    /// A read of the log has begun.
    package mutating func startedReading() { isReading = true }

    /// The read of the log has ended. If it brought nothing, the log is not read again before `pause`.
    package mutating func stoppedReading(pausedUntil pause: UInt64 = 0) {
        isReading = false
        pausedUntil = pause
    }

    /// The stream has begun anew and continues after this event.
    ///
    /// - Parameter last: the event whose id the client has now; nil for the same.
    package mutating func restarted(after seq: Int64, showing last: Int64? = nil) {
        isReading = false
        isForked = false
        cursor = seq
        shown = last ?? seq
    }

    /// The history after this event no longer exists. The outcome of a read under way is ignored.
    package mutating func forked(after seq: Int64) {
        isReading = false
        guard cursor > seq else { return }
        // A client whose ids are those of its own events has lost nothing where all of these are still there.
        if idSeq > seq { isForked = true }
        cursor = seq
        shown = min(shown, seq)
    }

    /// The client was slow: the stream ends with `bye` once the client has taken what is ready, or without it soon.
    package mutating func endSlow(at now: UInt64) {
        slowSince = max(now, 1)
        end(.slow)
    }

    /// The stream is to end. The first reason counts.
    package mutating func end(_ reason: ControlFrame.ByeReason) { if ending == nil { ending = reason } }

    /// A heartbeat has been sent.
    ///
    /// - Parameter next: the time of the next one.
    package mutating func heartbeatSent(next: UInt64) { heartbeatAt = next }
}
