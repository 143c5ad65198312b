package import Foundation
package import Orders

/// One event of the log, as it was written.
///
/// A class: an event has a dozen texts, and each copy of a structure would count a reference to all of them. On its way
/// to the database, the streams and the projections an event is copied many times.
package final class LoggedEvent: Sendable {
    package let seq: Int64
    package let orderId: UUID
    package let version: Int
    package let number: String
    package let shop: String
    package let customer: String
    package let type: String
    package let schema: Int
    /// The headline that was announced before the event; nil for an order's first event.
    package let statusBefore: String?
    /// The headline that was announced with the event.
    package let status: String
    /// The exact JSON text that customers may see; nil for an event that is hidden from customers.
    package let data: [UInt8]?
    /// The exact JSON text for staff only.
    package let `internal`: [UInt8]
    package let actor: String
    package let commandId: String
    package let correlationId: String?
    package let causationId: String?
    package let occurredAt: Timestamp
    package let recordedAt: Timestamp

    package init(
        seq: Int64,
        orderId: UUID,
        version: Int,
        number: String,
        shop: String,
        customer: String,
        type: String,
        schema: Int,
        statusBefore: String?,
        status: String,
        data: [UInt8]?,
        internal: [UInt8],
        actor: String,
        commandId: String,
        correlationId: String?,
        causationId: String?,
        occurredAt: Timestamp,
        recordedAt: Timestamp
    ) {
        self.seq = seq
        self.orderId = orderId
        self.version = version
        self.number = number
        self.shop = shop
        self.customer = customer
        self.type = type
        self.schema = schema
        self.statusBefore = statusBefore
        self.status = status
        self.data = data
        self.internal = `internal`
        self.actor = actor
        self.commandId = commandId
        self.correlationId = correlationId
        self.causationId = causationId
        self.occurredAt = occurredAt
        self.recordedAt = recordedAt
    }

    /// The event changed the headline.
    package var changesStatus: Bool { statusBefore != status }
}

extension LoggedEvent: Hashable {
    package static func == (one: LoggedEvent, other: LoggedEvent) -> Bool {
        if one === other { return true }
        return one.seq == other.seq && one.orderId == other.orderId && one.version == other.version
            && one.number == other.number && one.shop == other.shop && one.customer == other.customer
            && one.type == other.type && one.schema == other.schema && one.statusBefore == other.statusBefore
            && one.status == other.status && one.data == other.data && one.internal == other.internal
            && one.actor == other.actor && one.commandId == other.commandId
            && one.correlationId == other.correlationId && one.causationId == other.causationId
            && one.occurredAt == other.occurredAt && one.recordedAt == other.recordedAt
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(seq)
        hasher.combine(orderId)
    }
}
