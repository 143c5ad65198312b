/// What happened to an order: the data of a `status` and an `update` frame, and what history and exports hold.
public struct OrderChange: Sendable, Hashable, Decodable {
    /// Where it stands in the log; a stream asked for `after` it goes on with the next. Opaque.
    public let position: String
    /// The order's UUID.
    public let orderId: String
    /// The order's number, as the shop writes it.
    public let number: String
    /// The shop's name.
    public let shop: String
    /// The shop's reference of the customer.
    public let customer: String
    /// The order's version after this event, from 1.
    public let version: Int
    /// The event's type, such as `ParcelDispatched`.
    public let type: String
    /// The layout of its `data`, counted from 1.
    public let schema: Int
    /// The headline before; nil for the order's first event.
    public let statusBefore: String?
    /// The headline after.
    public let status: String
    /// When it happened: RFC 3339, UTC.
    public let occurredAt: String
    /// When the service recorded it: RFC 3339, UTC, with microseconds.
    public let recordedAt: String
    /// What the customer may see of it; nil where the event is none of the customer's.
    public let data: JSON?
    /// What only backends, staff and operators see; nil for customers.
    public let `internal`: JSON?
    /// Who caused it; nil for customers.
    public let actor: String?
    /// The command that caused it; nil for customers.
    public let commandId: String?
    /// What ties it to the request that caused it, where that named something.
    public let correlationId: String?
    /// The event that caused it, if one did.
    public let causationId: String?
    /// On a conflated stream: the order's events before this one that are not shown; nil elsewhere.
    public let skipped: Int?
}
