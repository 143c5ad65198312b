package import Foundation
package import OrderLog
package import Orders

/// The statistics of some shops at one position of the log.
package struct Stats: Sendable {
    /// The counts of one minute, by the times at which events were recorded.
    package struct Minute: Sendable {
        package let start: Timestamp
        package let events: Int64
        package let placed: Int64
    }

    /// The number of orders of one shop.
    package struct Shop: Sendable {
        package let name: String
        package let orders: Int64
    }

    /// The time for which a headline was shown, over all times at which another one followed it. In milliseconds;
    /// percentiles are within 9 %.
    package struct Shown: Sendable {
        package let status: OrderStatus
        package let visits: Int64
        package let mean: Double
        package let p50: Double
        package let p90: Double
        package let p95: Double
        package let p99: Double
    }

    /// An order that needs attention.
    package struct Attention: Sendable {
        package let orderId: UUID
        package let shop: String
        package let number: String
        package let status: String
        package let since: Timestamp
        /// The words of `Order.attentionWords`.
        package let reasons: [String]
    }

    /// The most orders of the attention queue where nobody asks for more.
    package static let attentionLimit = 20

    /// The position of the last event that all values reflect; some may reflect later ones.
    package let position: LogPosition
    /// The time of the read, by the database's clock.
    package let at: Timestamp
    /// The number of orders that show each headline; 0 for headlines that no order shows.
    package let orders: [OrderStatus: Int64]
    /// The shops with the most orders, those with more orders before the others; at most 100.
    package let shops: [Shop]
    /// The last sixty minutes, oldest first, with the current minute and minutes without events.
    package let minutes: [Minute]
    /// The headlines that another one has followed at least once, in the domain's order.
    package let shown: [Shown]
    /// The number of orders that need attention.
    package let attentionCount: Int64
    /// The newest of those orders, newest first.
    package let attention: [Attention]
}
