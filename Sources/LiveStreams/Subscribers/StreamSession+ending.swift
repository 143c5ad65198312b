import Logging

/// A stream's last words.
extension StreamSession {
    /// The log cannot be read: the client is told where it stands and comes back.
    func giveUp(
        _ subscriber: Subscriber,
        _ error: any Error,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws -> Never {
        logger.warning("a stream could not read the log", metadata: ["error": "\(error)"])
        subscription.ends(.overload)
        try await send(cursor(of: subscriber) + bye(.overload), subscription, &sink)
        throw SinkClosed()
    }

    func cursor(of subscriber: Subscriber) -> [UInt8] {
        ControlFrame.cursor(source.position(hub.position(of: subscriber.cursor)))
    }

    /// Why the stream ends now, if it does.
    func ending(_ wake: Subscription.Wake, _ now: ContinuousClock.Instant) -> ControlFrame.ByeReason? {
        wake.bye ?? (expiry.at <= now ? expiry.reason : nil)
    }

    /// Before `bye`, what the ring still holds, and where the stream stands.
    func finish(
        _ subscriber: inout Subscriber,
        _ reason: ControlFrame.ByeReason,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws {
        while case .send(let bytes) = hub.next(&subscriber) {
            hub.metrics?.took(fromRing: 1)
            try await send(bytes, of: &subscriber, subscription, &sink)
        }
        try await leave(subscriber, reason, subscription, &sink)
    }

    /// The stream's last words: where it stands, and `bye`.
    func leave(
        _ subscriber: Subscriber,
        _ reason: ControlFrame.ByeReason,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws {
        subscription.ends(StreamMetrics.End(reason))
        try await send(cursor(of: subscriber) + bye(reason), subscription, &sink)
        // The server's shutdown closes connections whatever they still hold; it waits for this stream until here.
        await sink.drained(by: .now + hub.settings.drainDeadline)
    }
}
