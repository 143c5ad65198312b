/// An event of an order: the data of a `status` or `update` frame, and an entry of an order's history or of an export.
///
/// Times are texts in RFC 3339, in UTC. Members that customers do not see are nil for customers.
public struct OrderChange: Sendable, Hashable, Decodable {
    /// The event's position in the log, to resume after. Opaque.
    public let position: String
    /// The order's UUID.
    public let orderId: String
    /// The order's number, as the shop writes it.
    public let number: String
    /// The shop's name.
    public let shop: String
    /// The shop's reference of the customer.
    public let customer: String
    /// The order's version after this event; the first is 1.
    public let version: Int
    /// The event's type, such as `ParcelDispatched`.
    public let type: String
    /// The version of the layout of ``data``; the first is 1.
    public let schema: Int
    /// The order's status before the event; nil for the order's first event.
    public let statusBefore: String?
    /// The order's status after the event.
    public let status: String
    /// The time at which it happened.
    public let occurredAt: String
    /// The time at which the service recorded it, with microseconds.
    public let recordedAt: String
    /// The part of the event that customers may see; an empty object where the event is hidden from customers.
    public let data: JSON?
    /// The part that only backends, staff and operators see; nil for customers.
    public let `internal`: JSON?
    /// The role and name of the caller whose command caused the event; nil for customers.
    public let actor: String?
    /// The id of the command that caused the event; nil for customers.
    public let commandId: String?
    /// The id of the request that caused the event, where the request carried one; nil for customers.
    public let correlationId: String?
    /// The id of the event that caused this one; nil where none did, and for customers.
    public let causationId: String?
    /// The number of the order's events since the frame before that a conflated stream leaves out; nil on other
    /// streams.
    public let skipped: Int?
}
