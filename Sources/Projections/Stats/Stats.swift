package import Foundation
package import OrderLog
package import Orders

/// The statistics of some shops as of one position.
package struct Stats: Sendable {
    /// Of one minute in which events were recorded.
    package struct Minute: Sendable {
        package let start: Timestamp
        package let events: Int64
        package let placed: Int64
    }

    /// How long a headline was shown, over every time that another followed it. In milliseconds; percentiles within 9 %.
    package struct Shown: Sendable {
        package let status: OrderStatus
        package let visits: Int64
        package let mean: Double
        package let p50: Double
        package let p90: Double
        package let p99: Double
    }

    /// An order that somebody should look at.
    package struct Attention: Sendable {
        package let orderId: UUID
        package let shop: String
        package let number: String
        package let status: String
        package let since: Timestamp
        /// The type of the event that brought the trouble, and the codes of open anomalies.
        package let reasons: [String]
    }

    package let position: LogPosition
    /// When it was read, by the database's clock.
    package let at: Timestamp
    /// How many orders show each headline; those that none shows are 0.
    package let orders: [OrderStatus: Int64]
    /// The last sixty minutes, oldest first, the running one included and quiet ones too.
    package let minutes: [Minute]
    /// Headlines that were ever left, in the domain's order.
    package let shown: [Shown]
    /// How many orders need attention.
    package let attentionCount: Int64
    /// The newest of them, newest first.
    package let attention: [Attention]
}
