/// A conflated stream: it sleeps from tick to tick, and only then looks at what has happened since. Between ticks it holds
/// nothing but its cursor, which is also the only position that it may tell: no event before it is still to be shown.
extension StreamSession {
    func follow(
        _ subscriber: inout Subscriber,
        every interval: Duration,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws {
        var heartbeat = ContinuousClock.now + hub.settings.heartbeat
        var tick = ContinuousClock.now + interval
        while true {
            let wake = await subscription.wait(untilExactly: min(tick, heartbeat, expiry.at))
            if wake.closed { return }
            let now = ContinuousClock.now
            if let seq = wake.forkedAfter, subscriber.fork(after: seq) {
                guard try await begin(&subscriber, resetting: .forked, subscription, &sink) else { return }
            }
            if let reason = ending(wake, now) {
                // What waits for the tick lies beyond the cursor, and is there when the client returns.
                try await leave(subscriber, reason, subscription, &sink)
                return
            }
            if tick <= now {
                try await show(&subscriber, subscription, &sink)
                // A tick that took longer than the interval delays the next; they are not made up for.
                tick = max(tick + interval, .now)
            }
            if heartbeat <= now {
                try await send(cursor(of: subscriber), subscription, &sink)
                heartbeat = now + hub.settings.heartbeat
            }
        }
    }

    /// One tick: everything up to the log's end as it is now. Where that is more than may be held, it is shown in parts.
    private func show(
        _ subscriber: inout Subscriber,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws {
        var conflation = Conflation()
        let end = hub.end
        while true {
            var gathering = hub.gather(&subscriber, through: end, into: &conflation)
            if gathering == .more { continue }
            if case .catchUp(let after) = gathering {
                do {
                    if let stretch = try await read(after: after, through: end) {
                        subscriber.gather(stretch.frames, through: stretch.through, into: &conflation)
                        continue
                    }
                    // No progress: the log lies behind this stream, and the tail will say why before long.
                    gathering = .done
                } catch {
                    try await send(conflation.tick(), of: &subscriber, subscription, &sink)
                    try await giveUp(subscriber, error, subscription, &sink)
                }
            }
            let pending = subscription.pending
            // What was taken of a history that is gone is not shown any more; `follow` says `reset`.
            if let seq = pending.forkedAfter, seq < subscriber.cursor { return }
            try await send(conflation.tick(), of: &subscriber, subscription, &sink)
            if gathering == .done || pending.closed || pending.bye != nil { return }
        }
    }

    private func send(
        _ changes: [Conflation.Change],
        of subscriber: inout Subscriber,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws {
        var bytes: [UInt8] = []
        for change in changes {
            bytes += subscriber.bytes(of: change)
            guard bytes.count >= Subscriber.budget else { continue }
            try await send(bytes, of: &subscriber, subscription, &sink)
            bytes.removeAll(keepingCapacity: true)
        }
        if !bytes.isEmpty { try await send(bytes, of: &subscriber, subscription, &sink) }
    }
}
