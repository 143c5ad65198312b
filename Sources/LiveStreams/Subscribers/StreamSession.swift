import Foundation
package import Logging
import OrderLog
import Orders

/// One stream from its first byte to its last: drives a `Subscriber` and sends what it says.
package struct StreamSession: Sendable {
    let hub: StreamHub
    let source: StreamSource
    private let filter: StreamFilter
    private let template: Subscriber
    let expiry: StreamExpiry
    let logger: Logger

    /// - Parameters:
    ///   - template: the stream's reader; its cursor is set by the beginning.
    ///   - expiry: when the stream says `bye` by itself.
    package init(
        hub: StreamHub,
        source: StreamSource,
        template: Subscriber,
        expiry: StreamExpiry,
        logger: Logger
    ) {
        self.hub = hub
        self.source = source
        self.filter = template.filter
        self.template = template
        self.expiry = expiry
        self.logger = logger
    }

    /// Runs the stream until the client leaves or it is told to end. Errors of the database end it with `bye`, after which
    /// the client comes back with its last id; nothing is lost by it.
    ///
    /// - Parameters:
    ///   - start: asked once the stream is admitted, so that a fork after the question is told to the stream.
    ///   - serving: runs what it is given, for as long as this sink serves the stream; not called where it is handed off.
    package func run(
        subscription: Subscription,
        sink: inout some StreamSink,
        start: () async throws -> StreamStart,
        serving: (() async throws -> Void) async throws -> Void = { try await $0() }
    ) async throws {
        try await sink.send(ControlFrame.retry(milliseconds: Self.retryDelay()))
        do {
            try await hub.withSubscription(subscription) { known in
                do {
                    var (subscriber, forks) = (template, known)
                    switch try await start() {
                    case .resume(let seq):
                        hub.metrics?.began(.resumed)
                        subscriber = reader(at: seq)
                    case .begun(let beginning, let before):
                        hub.metrics?.began(.fresh)
                        try await send(beginning.bytes, subscription, &sink)
                        guard let cursor = beginning.cursor else { return }
                        subscriber = reader(at: cursor.seq)
                        forks = before
                        hub.remind(subscription, ofForksAfter: before)
                    case .fresh:
                        hub.metrics?.began(.fresh)
                        guard try await begin(&subscriber, resetting: nil, subscription, &sink) else { return }
                    case .reset(let reason):
                        guard try await begin(&subscriber, resetting: reason, subscription, &sink) else { return }
                    }
                    if let interval = filter.tick {
                        _ = try await sink.handOff(nil)
                        try await serving {
                            try await follow(&subscriber, every: interval, subscription, &sink)
                        }
                        return
                    }
                    let place = StreamPlace(cursor: subscriber.cursor, forks: forks, expiry: expiry)
                    if try await sink.handOff(place) {
                        subscription.handedOff()
                        return
                    }
                    try await serving { try await follow(&subscriber, subscription, &sink) }
                } catch is SinkClosed {
                    return
                } catch {
                    logger.warning("stream ended by an error", metadata: ["error": "\(error)"])
                    subscription.ends(.overload)
                    try await send(bye(.overload), subscription, &sink)
                }
            }
        } catch let refusal as StreamHub.Refusal {
            hub.metrics?.refused(refusal == .draining ? .draining : .full)
            try await sink.send(bye(refusal == .draining ? .shutdown : .overload))
        }
    }

    private func reader(at cursor: Int64) -> Subscriber {
        Subscriber(filter: filter, audience: template.audience, plain: template.plain, cursor: cursor)
    }

    /// - Returns: false when the stream is over: the order is gone, or the stream was told to end meanwhile.
    func begin(
        _ subscriber: inout Subscriber,
        resetting reason: ControlFrame.ResetReason?,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws -> Bool {
        if let reason { hub.metrics?.began(StreamMetrics.Outcome(reason)) }
        if let customer = filter.customer {
            return try await begin(&subscriber, with: customer, resetting: reason, subscription, &sink)
        }
        let beginning = try await source.begin(resetting: reason, plain: template.plain)
        if !beginning.bytes.isEmpty { try await send(beginning.bytes, subscription, &sink) }
        guard let cursor = beginning.cursor else {
            subscription.ends(.gone)
            return false
        }
        subscriber = reader(at: cursor.seq)
        return true
    }

    /// One snapshot per order, page by page as the client takes them, then the position that they all reflect.
    private func begin(
        _ subscriber: inout Subscriber,
        with customer: CustomerKey,
        resetting reason: ControlFrame.ResetReason?,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws -> Bool {
        var page = try await source.orders(of: customer, after: nil)
        let position = source.position(page.head)
        var bytes = reason.map { ControlFrame.reset($0, position: position, plain: template.plain) } ?? []
        while true {
            for order in page.orders {
                bytes += ControlFrame.snapshot(order, position: nil, plain: template.plain)
                guard bytes.count >= Subscriber.budget else { continue }
                try await send(bytes, subscription, &sink)
                bytes.removeAll(keepingCapacity: true)
            }
            guard page.next != nil else { break }
            let pending = subscription.pending
            if pending.closed { return false }
            if let reason = pending.bye {
                subscription.ends(StreamMetrics.End(reason))
                // No id: what is missing of the beginning cannot be told by one, so the client begins anew.
                try await send(bytes + bye(reason), subscription, &sink)
                await sink.drained(by: .now + hub.settings.drainDeadline)
                return false
            }
            page = try await source.orders(of: customer, after: page)
        }
        try await send(bytes + ControlFrame.cursor(position), subscription, &sink)
        subscriber = reader(at: page.head.seq)
        return true
    }

    private func follow(
        _ subscriber: inout Subscriber,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws {
        var heartbeat = ContinuousClock.now + hub.settings.heartbeat
        // Has shown everything before what comes next.
        var isLive = false
        while true {
            let wake: Subscription.Wake
            switch hub.next(&subscriber) {
            case .send(let bytes):
                hub.metrics?.took(fromRing: 1)
                try await send(bytes, of: &subscriber, isLive: isLive, subscription, &sink)
                wake = subscription.poll()
            case .catchUp(let after, let through):
                isLive = false
                let advances = try await catchUp(&subscriber, after, through, subscription, &sink)
                // No progress: the log lies behind this stream, and the tail will say why before long.
                let pause = ContinuousClock.now + .milliseconds(250)
                wake = advances ? subscription.poll() : await subscription.wait(until: pause)
            case .wait:
                isLive = true
                wake = await subscription.wait(until: min(heartbeat, expiry.at))
            }
            if wake.closed { return }
            let now = ContinuousClock.now
            if let seq = wake.forkedAfter, subscriber.fork(after: seq) {
                guard try await begin(&subscriber, resetting: .forked, subscription, &sink) else { return }
            }
            if let reason = ending(wake, now) {
                try await finish(&subscriber, reason, subscription, &sink)
                return
            }
            if heartbeat <= now {
                try await send(cursor(of: subscriber), subscription, &sink)
                heartbeat = now + hub.settings.heartbeat
            }
        }
    }

    /// One read of what the ring no longer holds.
    ///
    /// - Returns: whether the stream came further.
    private func catchUp(
        _ subscriber: inout Subscriber,
        _ after: Int64,
        _ through: Int64,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws -> Bool {
        let read: StreamSource.Stretch?
        do {
            read = try await self.read(after: after, through: through)
        } catch {
            try await giveUp(subscriber, error, subscription, &sink)
        }
        guard let stretch = read else { return false }
        var frames = stretch.frames[...]
        while let bytes = subscriber.absorb(&frames, through: stretch.through) {
            try await send(bytes, of: &subscriber, subscription, &sink)
        }
        return true
    }

    /// A stretch of the log; nil where it brings this stream no further, or is not of the streams' history.
    func read(after: Int64, through: Int64) async throws -> StreamSource.Stretch? {
        hub.metrics?.took(fromLog: 1)
        let stretch = try await source.read(after: after, through: through)
        guard stretch.through > after, hub.isInHistory(stretch.history, upTo: stretch.through) else { return nil }
        return stretch
    }

    func bye(_ reason: ControlFrame.ByeReason) -> [UInt8] {
        ControlFrame.bye(reason, retry: Self.retryDelay(), plain: template.plain)
    }

    /// Sends events, and counts them.
    ///
    /// - Parameter isLive: the stream had shown everything before them, so that their age is the service's doing.
    func send(
        _ bytes: [UInt8],
        of subscriber: inout Subscriber,
        isLive: Bool = false,
        _ subscription: Subscription,
        _ sink: inout some StreamSink
    ) async throws {
        let tally = subscriber.takeTally()
        if isLive, let oldest = tally.oldest {
            hub.metrics?.lagged(seconds: Date().timeIntervalSince1970 - Double(oldest.unixMicroseconds) / 1_000_000)
        }
        try await send(bytes, subscription, &sink)
        hub.metrics?.sent(frames: tally.frames, bytes: 0)
    }

    func send(_ bytes: [UInt8], _ subscription: Subscription, _ sink: inout some StreamSink) async throws {
        subscription.sending(since: .now)
        defer { subscription.sending(since: nil) }
        do {
            try await sink.send(bytes)
            hub.metrics?.sent(frames: 0, bytes: bytes.count)
        } catch {
            throw SinkClosed()
        }
    }

    /// Between one and three seconds: clients that lose a server together do not return together.
    static func retryDelay() -> Int { Int.random(in: 1000...3000) }
}

/// The client is gone; nothing more can be said to it.
struct SinkClosed: Error {}
