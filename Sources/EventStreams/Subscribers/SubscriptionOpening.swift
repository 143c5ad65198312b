import Foundation
package import Logging
import OrderLog
import Orders

/// Opens a stream: from its first byte to the point at which a lane takes over.
package struct SubscriptionOpening: Sendable {
    private let hub: StreamHub
    private let source: StreamSource
    private let view: StreamView
    private let expiry: StreamExpiry
    private let grants: [StreamGrant]
    private let logger: Logger

    /// - Parameters:
    ///   - expiry: the time at which the stream ends by itself with `bye`.
    ///   - grants: the rights that the stream needs as long as it is open.
    package init(
        hub: StreamHub,
        source: StreamSource,
        view: StreamView,
        expiry: StreamExpiry,
        grants: [StreamGrant] = [],
        logger: Logger
    ) {
        self.hub = hub
        self.source = source
        self.view = view
        self.expiry = expiry
        self.grants = grants
        self.logger = logger
    }

    /// Sends the preamble and hands the stream to a lane. If that fails, the stream ends with `bye`: the client returns
    /// with its last id and misses nothing.
    ///
    /// - Parameter resumePoint: called after the stream's place is reserved, so that a later fork is reported to the
    ///   stream.
    /// - Returns: true when a lane serves the stream; otherwise the response's body ends here.
    package func run(sink: inout some StreamSink, resumePoint: () async throws -> ResumePoint) async throws -> Bool {
        try await sink.send(ControlFrame.retry(milliseconds: Self.retryDelay()))
        let kind = StreamMetrics.Kind(view.filter.subject)
        let forks: Int
        do throws(StreamHub.Refusal) {
            forks = try hub.admit()
        } catch {
            hub.metrics?.refused(error == .draining ? .draining : .full)
            try await sink.send(bye(error == .draining ? .shutdown : .overload))
            return false
        }
        hub.metrics?.opened(kind)
        var end: StreamMetrics.EndReason? = .left
        defer {
            // Nil: a lane serves the stream now, and counts its end.
            if let end {
                hub.dismiss()
                hub.metrics?.ended(kind, reason: end)
            }
        }
        do {
            guard let point = try await sendPreamble(for: resumePoint(), knownForks: forks, to: &sink) else {
                end = .gone
                return false
            }
            if try await sink.handOff(at: point) {
                end = nil
                return true
            }
            end = .shutdown
            let position = source.text(of: hub.position(of: point.cursor))
            try await sink.send(ControlFrame.cursor(position) + bye(.shutdown))
        } catch is SinkClosed {
        } catch {
            logger.warning("stream could not begin; ended with bye", metadata: ["error": "\(error)"])
            end = .overload
            try await sink.send(bye(.overload))
        }
        return false
    }

    /// - Parameter knownForks: the forks that were known when the stream's place was reserved.
    /// - Returns: nil when there is nothing to follow.
    private func sendPreamble(for resumePoint: ResumePoint, knownForks: Int, to sink: inout some StreamSink)
        async throws -> HandoffPoint?
    {
        let (cursor, forks): (Int64?, Int)
        switch resumePoint {
        case .after(let seq):
            hub.metrics?.began(.resumed)
            (cursor, forks) = (seq, knownForks)
        case .prepared(let preamble, let known):
            hub.metrics?.began(.fresh)
            try await sink.send(preamble.bytes)
            (cursor, forks) = (preamble.cursor?.seq, known)
        case .unspecified:
            hub.metrics?.began(.fresh)
            (cursor, forks) = (try await sendPreamble(resetting: nil, to: &sink), knownForks)
        case .invalid(let reason):
            hub.metrics?.began(StreamMetrics.Outcome(reason))
            (cursor, forks) = (try await sendPreamble(resetting: reason, to: &sink), knownForks)
        }
        return cursor.map { HandoffPoint(cursor: $0, knownForks: forks, expiry: expiry, grants: grants) }
    }

    /// - Returns: the event after which the stream continues; nil when there is nothing to follow.
    private func sendPreamble(resetting reason: ControlFrame.ResetReason?, to sink: inout some StreamSink)
        async throws -> Int64?
    {
        if let customer = view.filter.customer {
            return try await sendSnapshots(of: customer, resetting: reason, to: &sink)
        }
        let preamble = try await source.preamble(resetting: reason, plain: view.plain)
        if !preamble.bytes.isEmpty { try await sink.send(preamble.bytes) }
        return preamble.cursor?.seq
    }

    /// Sends a snapshot of each order, page by page as the client takes them, then the position that all of them
    /// reflect.
    private func sendSnapshots(
        of customer: CustomerKey,
        resetting reason: ControlFrame.ResetReason?,
        to sink: inout some StreamSink
    ) async throws -> Int64? {
        var page = try await source.orders(of: customer, after: nil)
        let position = source.text(of: page.head)
        var bytes = reason.map { ControlFrame.reset($0, position: position, plain: view.plain) } ?? []
        while true {
            for order in page.orders {
                bytes += ControlFrame.snapshot(order, position: nil, plain: view.plain)
                guard bytes.count >= LaneBlockBuilder.budget else { continue }
                try await sink.send(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
            guard page.next != nil else { break }
            // No id is sent, since it would not name the snapshots that are missing. The client begins anew.
            guard !hub.isDraining else { throw ServiceEnding() }
            page = try await source.orders(of: customer, after: page)
        }
        try await sink.send(bytes + ControlFrame.cursor(position))
        return page.head.seq
    }

    private func bye(_ reason: ControlFrame.ByeReason) -> [UInt8] {
        let retry = reason == .shutdown ? hub.returnDelay() : Self.retryDelay()
        return ControlFrame.bye(reason, retry: retry, plain: view.plain)
    }

    /// A random delay of one to three seconds, in milliseconds, so that clients that lose a server together do not
    /// return together.
    package static func retryDelay() -> Int { Int.random(in: 1000...3000) }
}

/// The service ended before a stream's preamble was sent whole.
private struct ServiceEnding: Error, CustomStringConvertible {
    var description: String { "the service ended before all snapshots were sent" }
}
