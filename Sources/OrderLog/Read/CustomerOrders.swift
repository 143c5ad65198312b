package import Foundation

/// A page of a customer's orders, all as they stood at one event of the log.
package struct CustomerOrders: Sendable {
    /// The orders, in ascending order of their ids.
    package let orders: [StoredOrder]
    /// The number of the last event that the orders reflect.
    package let head: Int64
    /// The number of the customer's last event up to `head`; 0 where there is none, and on later pages.
    package let newest: Int64
    /// The history of the server that this page comes from.
    package let history: EpochTable
    /// The order after which the next page begins; nil on the last page.
    package let next: UUID?
}
