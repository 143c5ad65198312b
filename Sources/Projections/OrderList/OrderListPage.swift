package import OrderLog

/// A page of the order list.
package struct OrderListPage<Entry: Sendable>: Sendable {
    /// The entries that the reader has made of the orders, in the list's order.
    package let orders: [Entry]
    /// The cursor of the next page; nil on the last page.
    package let next: OrderListCursor?
    /// The page ends where it is as large as requested, and not at its limit of orders.
    package let isCut: Bool
    /// The position of the last event that the page reflects.
    package let position: LogPosition
    /// For a customer: the position of the newest event of all its orders up to `position`, which moves with no other
    /// event. Nil for other callers.
    package let newest: LogPosition?
}
