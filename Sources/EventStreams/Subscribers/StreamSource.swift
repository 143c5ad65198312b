import Foundation
package import OrderLog
import Orders

/// Where a stream begins when it does not resume: the current state, if it has one, and the cursor that goes with it.
package struct StreamBeginning: Sendable {
    /// The order as JSON with its id; nil for the feed of all orders.
    package let snapshot: (order: [UInt8], position: LogPosition)?
    /// The last event that the beginning reflects.
    package let cursor: LogPosition
}

/// Reads the log for streams of one view.
package protocol StreamReading: Sendable {
    /// The events after a position.
    func read(after seq: Int64, through: Int64) async throws -> StreamSource.Stretch
    /// What a stream says whose position is none of this log's, and where it goes on.
    func restart(_ reason: ControlFrame.ResetReason, plain: Bool) async throws -> StreamSource.Beginning
}

/// What a stream reads from the log: its beginning, and what the ring no longer holds.
package struct StreamSource: StreamReading {
    private let reader: LogReader
    private let filter: StreamFilter
    private let audience: Audience
    private let role: CallerRole
    private let text: PositionEncoder

    package init(reader: LogReader, view: StreamView, text: PositionEncoder) {
        self.reader = reader
        filter = view.filter
        audience = view.audience
        role = view.role
        self.text = text
    }

    /// Whose stream it is, where it is a customer's.
    var customer: CustomerKey? { filter.customer }

    /// A fresh beginning from one consistent read; nil when the order is not there, or not the caller's.
    package func beginning() async throws -> StreamBeginning? {
        guard let orderId = filter.orderId else {
            return StreamBeginning(snapshot: nil, cursor: try await reader.head())
        }
        let (stored, head) = try await reader.order(orderId, scope: filter.scope)
        guard let stored else { return nil }
        return StreamBeginning(
            snapshot: (json(stored), stored.position),
            cursor: reader.registry.current.position(of: head)
        )
    }

    /// Some of a customer's orders as JSON.
    struct Orders {
        let orders: [[UInt8]]
        /// The last event that they reflect; the same on every page.
        let head: LogPosition
        /// The last order of this page; nil on the last page.
        let next: UUID?
    }

    /// A page of the orders that a customer's stream begins with.
    ///
    /// - Parameter page: the one before; nil for the first.
    func orders(of customer: CustomerKey, after page: Orders?) async throws -> Orders {
        let found = try await reader.orders(of: customer, after: page?.next, at: page?.head.seq, limit: 32)
        return Orders(
            orders: found.orders.map(json),
            head: page?.head ?? reader.registry.current.position(of: found.head),
            next: found.next
        )
    }

    private func json(_ stored: StoredOrder) -> [UInt8] {
        stored.order.json(
            for: audience,
            role: role,
            position: text(stored.position, for: audience),
            recordedAt: stored.recordedAt
        )
    }

    /// Most events of one read.
    package static let pageSize = 200

    /// What one read of the log gave.
    package struct Stretch: Sendable {
        package let frames: [EventFrame]
        /// The frames are complete up to here.
        package let through: Int64
        /// The history that was read.
        let history: EpochTable
    }

    /// The stream's events after a position.
    package func read(after seq: Int64, through: Int64) async throws -> Stretch {
        let (limit, visibleToCustomers) = (Self.pageSize, audience == .customer)
        let page =
            if let customer = filter.customer {
                try await reader.events(
                    of: customer,
                    after: seq,
                    through: through,
                    limit: limit,
                    visibleToCustomers: visibleToCustomers
                )
            } else {
                try await reader.events(
                    after: seq,
                    through: through,
                    limit: limit,
                    scope: filter.scope,
                    orderId: filter.orderId,
                    visibleToCustomers: visibleToCustomers
                )
            }
        let history = reader.registry.current
        let frames = page.events.map { EventFrame($0, position: history.position(of: $0.seq), text: text) }
        return Stretch(frames: frames, through: page.through, history: history)
    }

    /// The last event of the log.
    package func head() async throws -> LogPosition { try await reader.head() }

    /// A position as this stream's audience reads it.
    package func position(_ position: LogPosition) -> String {
        text(position, for: audience)
    }
}
