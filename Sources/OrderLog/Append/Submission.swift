package import Foundation
package import Orders

/// A command on its way into the log: decoded, validated and authorised, with all that the log needs to judge it.
package struct Submission: Sendable {
    package let orderId: UUID
    package let command: OrderCommand
    /// The idempotency key, the client's or one made for it; scoped by the order's shop.
    package let commandId: String
    /// The client chose the id, so it may have been used before. One that was made for this submission has not.
    package let mayBeRepeated: Bool
    /// SHA-256 of the canonical command, the order included; tells a repetition from another command under the same id.
    package let fingerprint: [UInt8]
    /// The version that the order must have, if the client asked for one.
    package let ifMatch: Int?
    /// The shops that the caller may act in; nil for all. An order of another shop is unknown to the caller.
    package let shops: Set<String>?
    /// Decides which commands a refusal offers.
    package let role: CallerRole
    package let actor: String
    package let correlationId: String?
    package let causationId: String?
    package let receivedAt: Timestamp

    package init(
        orderId: UUID,
        command: OrderCommand,
        commandId: String,
        mayBeRepeated: Bool = true,
        fingerprint: [UInt8],
        ifMatch: Int?,
        shops: Set<String>?,
        role: CallerRole,
        actor: String,
        correlationId: String?,
        causationId: String? = nil,
        receivedAt: Timestamp
    ) {
        self.orderId = orderId
        self.command = command
        self.commandId = commandId
        self.mayBeRepeated = mayBeRepeated
        self.fingerprint = fingerprint
        self.ifMatch = ifMatch
        self.shops = shops
        self.role = role
        self.actor = actor
        self.correlationId = correlationId
        self.causationId = causationId
        self.receivedAt = receivedAt
    }
}

/// An event of an accepted command, as its reply names it.
package struct ReceiptEvent: Sendable, Hashable {
    package let position: LogPosition
    package let type: String
}

/// The answer to an accepted command.
package struct CommandReceipt: Sendable, Hashable {
    package let orderId: UUID
    package let version: Int
    package let status: String
    /// The last event's position; for a command that had nothing to add, the order's.
    package let position: LogPosition
    package let events: [ReceiptEvent]
    /// The command was accepted before, and this is the first answer again.
    package let replayed: Bool
}

/// Why the log did not take a command. Nothing was appended.
package enum AppendRefusal: Error, Sendable {
    /// No such order in the caller's shops.
    case unknownOrder
    /// The order id is taken; `existing` is nil where the order is not the caller's to see.
    case orderExists(OrderFacts?)
    /// The id was used for another command.
    case commandIdReused
    /// `If-Match` named another version than the order has.
    case versionMismatch(current: Int)
    /// A rule of the domain.
    case rejected(Rejection, OrderFacts)
    /// The queue is full; nothing was tried.
    case overloaded
    /// The database could not be reached in time. The outcome may be unknown: send the command again under the same id.
    case unavailable
    /// The database refused this command alone, and not by any rule that this version knows.
    case failed
}

/// What a refusal says of the order.
package struct OrderFacts: Sendable {
    package let orderId: UUID
    package let status: String
    package let version: Int
    package let allowedCommands: [String]
}
