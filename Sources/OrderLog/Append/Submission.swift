package import Foundation
package import Orders

/// A command on its way into the log: decoded, validated and authorised, with everything that the decision needs.
///
/// A class, since a command is passed on from queue to batch to plan, and each copy of a struct of so many parts would
/// retain all of them.
package final class Submission: Sendable {
    /// The order that the command is for; nil for a scan by tracking number, whose order is found under the head lock.
    package let orderId: UUID?
    /// The order's id was made for this command, so that no order has it yet.
    package let isOrderIdGenerated: Bool
    /// The tracking number by which a scan names its parcel; nil for a command that names its order.
    package let trackingKey: TrackingKey?
    package let command: OrderCommand
    /// The idempotency key, the client's own or a generated one; unique within the order's shop.
    package let commandId: String
    /// The client chose the command id, so that it may have been used before. A generated id has not.
    package let mayBeRepeated: Bool
    /// SHA-256 of the canonical command as it was sent, and of its order id: distinguishes a repetition from another
    /// command under the same id.
    package let fingerprint: [UInt8]
    /// The versions of which the order must have one; nil where the client named none.
    package let ifMatch: Set<Int>?
    /// The shops in which the caller may act; nil for all. An order of another shop is unknown to the caller.
    package let shops: Set<String>?
    /// The caller's role, by which a refusal lists the allowed commands.
    package let role: CallerRole
    package let actor: String
    package let correlationId: String?
    package let causationId: String?
    /// The request, for the log's lines.
    package let trace: RequestTrace
    /// Is told the times of the command's stages; nil where nobody asks.
    package let timings: CommandTimings?
    package let receivedAt: Timestamp
    /// The size of the command's JSON, in bytes; what it occupies while it waits is a small multiple of it.
    package let byteCount: Int

    package init(
        orderId: UUID?,
        isOrderIdGenerated: Bool = false,
        trackingKey: TrackingKey? = nil,
        command: OrderCommand,
        commandId: String,
        mayBeRepeated: Bool = true,
        fingerprint: [UInt8],
        ifMatch: Set<Int>?,
        shops: Set<String>?,
        role: CallerRole,
        actor: String,
        correlationId: String?,
        causationId: String? = nil,
        trace: RequestTrace = RequestTrace(),
        timings: CommandTimings? = nil,
        receivedAt: Timestamp,
        byteCount: Int = 0
    ) {
        self.orderId = orderId
        self.isOrderIdGenerated = isOrderIdGenerated
        self.trackingKey = trackingKey
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
        self.trace = trace
        self.timings = timings
        self.receivedAt = receivedAt
        self.byteCount = byteCount
    }
}
