import Foundation
package import Logging
import OrderLog

/// Opens a stream that has a place: from its first byte to the point at which a lane takes over.
package struct SubscriptionOpening: Sendable {
    private let hub: StreamHub
    private let source: StreamSource
    private let view: StreamView
    private let place: StreamPlace
    private let resumeId: String?
    private let expiry: StreamExpiry
    private let grants: [StreamGrant]
    private let logger: Logger

    /// - Parameters:
    ///   - place: the stream's place, reserved before anything was read, so that a later fork is reported to the
    ///     stream.
    ///   - resumeId: the id that the client resumes from, as the service writes it; nil for a client without one.
    ///   - expiry: the time at which the stream ends by itself with `bye`.
    ///   - grants: the rights that the stream needs as long as it is open.
    ///   - logger: names the request of the place in its lines.
    package init(
        hub: StreamHub,
        source: StreamSource,
        view: StreamView,
        place: StreamPlace,
        resumeId: String?,
        expiry: StreamExpiry,
        grants: [StreamGrant] = [],
        logger: Logger
    ) {
        self.hub = hub
        self.source = source
        self.view = view
        self.place = place
        self.resumeId = resumeId
        self.expiry = expiry
        self.grants = grants
        self.logger = logger
    }

    /// Sends the preamble and hands the stream to a lane. If that fails, the stream ends with `bye`: the client returns
    /// with its last id and misses nothing.
    ///
    /// - Returns: true when a lane serves the stream; otherwise the response's body ends here.
    package func run(sink: inout some StreamSink, resumePoint: () async throws -> ResumePoint) async throws -> Bool {
        let kind = StreamMetrics.Kind(view.filter.subject)
        hub.metrics?.opened(kind)
        var end: StreamMetrics.EndReason? = .left
        defer {
            // Nil: a lane serves the stream now, and counts its end.
            if let end { hub.metrics?.ended(kind, reason: end) }
        }
        do {
            guard let point = try await begin(at: resumePoint, &sink) else {
                end = .gone
                return false
            }
            if try await sink.handOff(at: point) {
                end = nil
                return true
            }
            let reason: ControlFrame.ByeReason = hub.isDraining ? .shutdown : .overload
            end = StreamMetrics.EndReason(reason)
            let position = hub.position(of: view.hasOwnIds ? point.shown : point.cursor)
            try await sink.send(source.cursor(position) + bye(reason))
        } catch is SinkClosed {
        } catch {
            logger.naming(place).warning("stream could not begin; ended with bye", metadata: ["error": "\(error)"])
            end = .overload
            hub.openingRefused()
            try await sink.send(bye(.overload))
        }
        return false
    }

    /// Sends the first block, which has to know whether the stream continues after the client's position, and the rest
    /// of the preamble.
    ///
    /// - Returns: nil when there is nothing to follow.
    private func begin(at resumePoint: () async throws -> ResumePoint, _ sink: inout some StreamSink) async throws
        -> HandoffPoint?
    {
        let point: ResumePoint
        do {
            point = try await resumePoint()
        } catch {
            // Nothing is known about the position, so the client keeps it.
            try await sink.send(ControlFrame.opening(retry: hub.retryDelay(), position: resumeId, beat: view.beat))
            throw error
        }
        let repeated = if case .after = point { resumeId } else { String?.none }
        try await sink.send(ControlFrame.opening(retry: hub.retryDelay(), position: repeated, beat: view.beat))
        return try await sendPreamble(for: point, to: &sink)
    }

    /// - Returns: nil when there is nothing to follow.
    private func sendPreamble(for point: ResumePoint, to sink: inout some StreamSink) async throws -> HandoffPoint? {
        var forks = place.knownForks
        let found: (cursor: Int64, shown: Int64)?
        switch point {
        case .after(let seq):
            hub.metrics?.began(.resumed)
            found = (seq, seq)
        case .prepared(let preamble, let known):
            hub.metrics?.began(.fresh)
            try await sink.send(preamble.bytes)
            found = preamble.cursor.map { ($0.seq, preamble.shown) }
            forks = known
        case .unspecified:
            hub.metrics?.began(.fresh)
            found = try await sendPreamble(resetting: nil, to: &sink)
        case .invalid(let reason):
            hub.metrics?.began(StreamMetrics.Outcome(reason))
            found = try await sendPreamble(resetting: reason, to: &sink)
        }
        return found.map { found in
            HandoffPoint(
                cursor: found.cursor,
                shown: found.shown,
                knownForks: forks,
                expiry: expiry,
                grants: grants,
                place: place
            )
        }
    }

    /// - Returns: the event after which the stream continues, and the one whose id the client has; nil when there is
    ///   nothing to follow.
    private func sendPreamble(resetting reason: ControlFrame.ResetReason?, to sink: inout some StreamSink)
        async throws -> (cursor: Int64, shown: Int64)?
    {
        if let customer = view.filter.customer {
            return try await sendSnapshots(of: customer, resetting: reason, to: &sink)
        }
        let preamble = try await source.preamble(resetting: reason)
        if !preamble.bytes.isEmpty { try await sink.send(preamble.bytes) }
        return preamble.cursor.map { ($0.seq, preamble.shown) }
    }

    /// Sends a snapshot of each order, page by page as the client takes them, then the position that all of them
    /// reflect.
    private func sendSnapshots(
        of customer: CustomerKey,
        resetting reason: ControlFrame.ResetReason?,
        to sink: inout some StreamSink
    ) async throws -> (cursor: Int64, shown: Int64)? {
        var page = try await source.orders(of: customer, after: nil)
        let position = source.hasOwnIds ? page.newest : page.head
        var bytes = source.reset(reason, at: position)
        while true {
            for order in page.orders {
                bytes += source.snapshot(order, at: nil)
                guard bytes.count >= LaneBlockBuilder.budget else { continue }
                try await sink.send(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
            guard page.next != nil else { break }
            // No id is sent, since it would not name the snapshots that are missing. The client begins anew.
            guard !hub.isDraining else { throw ServiceEnding() }
            page = try await source.orders(of: customer, after: page)
        }
        try await sink.send(bytes + source.cursor(position))
        return (page.head.seq, position.seq)
    }

    private func bye(_ reason: ControlFrame.ByeReason) -> [UInt8] {
        let retry = reason == .shutdown ? hub.returnDelay() : hub.retryDelay()
        return ControlFrame.bye(reason, retry: retry, plain: view.plain)
    }
}

/// The service ended before a stream's preamble was sent whole.
private struct ServiceEnding: Error, CustomStringConvertible {
    var description: String { "the service ended before all snapshots were sent" }
}
