import Foundation
package import Logging
import OrderLog
import Orders

/// A stream's beginning: from its first byte to where a lane takes it.
package struct SubscriptionOpening: Sendable {
    private let hub: StreamHub
    private let source: StreamSource
    private let view: StreamView
    private let expiry: StreamExpiry
    private let logger: Logger

    /// - Parameter expiry: when the stream says `bye` by itself.
    package init(hub: StreamHub, source: StreamSource, view: StreamView, expiry: StreamExpiry, logger: Logger) {
        self.hub = hub
        self.source = source
        self.view = view
        self.expiry = expiry
        self.logger = logger
    }

    /// Sends what the stream begins with and gives it to a lane. Where that fails, the stream is told `bye`, after which the
    /// client comes back with its last id; nothing is lost by it.
    ///
    /// - Parameter start: asked once the stream is admitted, so that a fork after the question is told to the stream.
    /// - Returns: whether the stream goes on; otherwise its body ends here.
    package func run(sink: inout some StreamSink, start: () async throws -> StreamStart) async throws -> Bool {
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
        var end: StreamMetrics.End? = .left
        defer {
            // A lane's stream goes on.
            if let end {
                hub.dismiss()
                hub.metrics?.ended(kind, end)
            }
        }
        do {
            guard let (cursor, known) = try await begin(start(), &sink) else {
                end = .gone
                return false
            }
            if try await sink.handOff(StreamPlace(cursor: cursor, forks: known ?? forks, expiry: expiry)) {
                end = nil
                return true
            }
            end = .shutdown
            let position = source.position(hub.position(of: cursor))
            try await sink.send(ControlFrame.cursor(position) + bye(.shutdown))
        } catch is SinkClosed {
        } catch {
            logger.warning("a stream could not begin", metadata: ["error": "\(error)"])
            end = .overload
            try await sink.send(bye(.overload))
        }
        return false
    }

    /// - Returns: the last event that the client has been told of or has passed, and how many forks were known then, where
    ///   that is not the number at the admission; nil when there is nothing to follow.
    private func begin(_ start: StreamStart, _ sink: inout some StreamSink) async throws -> (Int64, Int?)? {
        switch start {
        case .resume(let seq):
            hub.metrics?.began(.resumed)
            return (seq, nil)
        case .begun(let beginning, let forks):
            hub.metrics?.began(.fresh)
            try await sink.send(beginning.bytes)
            return beginning.cursor.map { ($0.seq, forks) }
        case .fresh:
            hub.metrics?.began(.fresh)
            return try await begin(resetting: nil, &sink).map { ($0, nil) }
        case .reset(let reason):
            hub.metrics?.began(StreamMetrics.Outcome(reason))
            return try await begin(resetting: reason, &sink).map { ($0, nil) }
        }
    }

    private func begin(resetting reason: ControlFrame.ResetReason?, _ sink: inout some StreamSink) async throws
        -> Int64?
    {
        if let customer = view.filter.customer { return try await begin(with: customer, resetting: reason, &sink) }
        let beginning = try await source.begin(resetting: reason, plain: view.plain)
        if !beginning.bytes.isEmpty { try await sink.send(beginning.bytes) }
        return beginning.cursor?.seq
    }

    /// One snapshot per order, page by page as the client takes them, then the position that they all reflect.
    private func begin(
        with customer: CustomerKey,
        resetting reason: ControlFrame.ResetReason?,
        _ sink: inout some StreamSink
    ) async throws -> Int64? {
        var page = try await source.orders(of: customer, after: nil)
        let position = source.position(page.head)
        var bytes = reason.map { ControlFrame.reset($0, position: position, plain: view.plain) } ?? []
        while true {
            for order in page.orders {
                bytes += ControlFrame.snapshot(order, position: nil, plain: view.plain)
                guard bytes.count >= LaneBlockBuilder.budget else { continue }
                try await sink.send(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
            guard page.next != nil else { break }
            // No id: what is missing of the beginning cannot be told by one, so the client begins anew.
            guard !hub.isDraining else { throw BeganTooLate() }
            page = try await source.orders(of: customer, after: page)
        }
        try await sink.send(bytes + ControlFrame.cursor(position))
        return page.head.seq
    }

    private func bye(_ reason: ControlFrame.ByeReason) -> [UInt8] {
        let retry = reason == .shutdown ? hub.returnDelay() : Self.retryDelay()
        return ControlFrame.bye(reason, retry: retry, plain: view.plain)
    }

    /// Between one and three seconds: clients that lose a server together do not return together.
    package static func retryDelay() -> Int { Int.random(in: 1000...3000) }
}

/// The service ended while a stream was still being told what is there.
struct BeganTooLate: Error {}

/// The client is gone; nothing more can be said to it.
package struct SinkClosed: Error {
    package init() {}
}
