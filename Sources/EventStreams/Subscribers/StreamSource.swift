import Foundation
package import OrderLog
import Orders

/// Reads from the log what the streams of one view send: their preambles, and events that are no longer in memory.
package struct StreamSource: StreamReading {
    private let reader: LogReader
    private let filter: StreamFilter
    private let audience: Audience
    private let role: CallerRole
    package let view: StreamView
    private let positionEncoder: PositionEncoder

    package init(reader: LogReader, view: StreamView, positionEncoder: PositionEncoder) {
        self.reader = reader
        filter = view.filter
        audience = view.audience
        role = view.role
        self.view = view
        self.positionEncoder = positionEncoder
    }

    // MARK: Orders

    /// A page of a customer's orders.
    struct OrderPage {
        /// Each order as JSON.
        let orders: [[UInt8]]
        /// The last event that the orders reflect; the same on every page.
        let head: LogPosition
        /// The customer's last event up to `head`, or the beginning of the log; the same on every page.
        let newest: LogPosition
        /// The last order of this page; nil on the last page.
        let next: UUID?
    }

    /// The customer of a customer's stream; nil for all other streams.
    var customer: CustomerKey? { filter.customer }

    /// Reads a page of the orders with which a customer's stream begins.
    ///
    /// - Parameter page: the page before; nil for the first.
    func orders(of customer: CustomerKey, after page: OrderPage?) async throws -> OrderPage {
        let found = try await reader.orders(of: customer, after: page?.next, at: page?.head.seq, limit: 32)
        return OrderPage(
            orders: found.orders.map(json),
            head: page?.head ?? found.history.position(of: found.head),
            newest: page?.newest ?? found.history.position(of: found.newest),
            next: found.next
        )
    }

    /// The order of an order's stream, by one consistent read.
    ///
    /// - Returns: the order as JSON, its position, and the last event that the read reflects; nil when the order does
    ///   not exist, or is outside the caller's scope.
    func order(_ orderId: UUID) async throws -> (json: [UInt8], position: LogPosition, head: LogPosition)? {
        let (stored, head) = try await reader.order(orderId, scope: filter.scope, opensStream: true)
        guard let stored else { return nil }
        return (json(stored), stored.position, head)
    }

    /// The order of an order's stream; nil for streams of several orders.
    var orderId: UUID? { filter.orderId }

    private func json(_ stored: StoredOrder) -> [UInt8] {
        stored.order.json(
            for: audience,
            role: role,
            position: text(of: stored.position),
            recordedAt: stored.recordedAt
        )
    }

    // MARK: Events

    /// The most events of one page.
    package static let pageSize = 200
    /// The most bytes of the texts of one page's events. The first event comes whole, whatever its size.
    package static let pageBytes = 1 << 20

    /// A page of the view's events.
    package struct EventPage: Sendable {
        package let frames: [EventFrame]
        /// The last event up to which the frames are complete.
        package let through: Int64
        /// The page has as many bytes as a page may have, so that events up to its end are missing.
        package var isCut = false
        /// The history that was read.
        let history: EpochTable
    }

    package func read(after seq: Int64, through: Int64) async throws -> EventPage {
        let (limit, visibleToCustomers) = (Self.pageSize, audience == .customer)
        let page =
            if let customer = filter.customer {
                try await reader.events(
                    of: customer,
                    after: seq,
                    through: through,
                    limit: limit,
                    visibleToCustomers: visibleToCustomers,
                    byteLimit: Self.pageBytes
                )
            } else {
                try await reader.events(
                    after: seq,
                    through: through,
                    limit: limit,
                    scope: filter.scope,
                    orderId: filter.orderId,
                    visibleToCustomers: visibleToCustomers,
                    byteLimit: Self.pageBytes
                )
            }
        let history = page.history
        let frames = page.events.map {
            EventFrame($0, position: history.position(of: $0.seq), positionEncoder: positionEncoder)
        }
        return EventPage(frames: frames, through: page.through, isCut: page.isCut, history: history)
    }

    // MARK: Positions

    /// Reads the position of the log's last event.
    package func head() async throws -> LogPosition { try await reader.head() }

    /// A position's text for the audience of this view.
    package func text(of position: LogPosition) -> String { positionEncoder(position, for: audience) }

    /// An id-only block at a position.
    func cursor(_ position: LogPosition) -> [UInt8] { ControlFrame.cursor(text(of: position), beat: view.beat) }

    /// The frame of a stream that begins anew; nothing where it does not.
    func reset(_ reason: ControlFrame.ResetReason?, at position: LogPosition) -> [UInt8] {
        reason.map { ControlFrame.reset($0, position: text(of: position), plain: view.plain) } ?? []
    }

    /// A snapshot of an order.
    ///
    /// - Parameter position: the frame's id; nil where an id-only block follows later.
    func snapshot(_ order: [UInt8], at position: LogPosition?) -> [UInt8] {
        ControlFrame.snapshot(order, position: position.map { text(of: $0) }, plain: view.plain)
    }

    /// True when ids move with the stream's own events only: see `StreamView.hasOwnIds`.
    var hasOwnIds: Bool { view.hasOwnIds }
}
