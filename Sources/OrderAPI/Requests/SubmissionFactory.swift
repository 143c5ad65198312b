import Access
import Crypto
import Foundation
import OrderLog
import Orders

/// Makes submissions of decoded commands, the same for single commands and for bulk lines.
struct SubmissionFactory: Sendable {
    let clock: WallClock

    /// The parts of a submission that stand beside the command.
    struct Envelope {
        /// The order that the path or the line names; nil where the command itself may name one, or its parcel by
        /// tracking number.
        let target: UUID?
        let commandId: String
        /// True where the client sent no id and the service made this one.
        let isCommandIdGenerated: Bool
        /// The versions of which the order must have one; nil for any.
        let ifMatch: Set<Int>?
        let correlationId: String?
        /// The request, for the log's lines.
        var trace = RequestTrace()
        /// Is told the times of the command's stages; nil where nobody asks.
        var timings: CommandTimings?
    }

    /// Validates a command and makes its submission.
    ///
    /// - Throws: `Problem` 422 or 403.
    func submission(
        of command: OrderCommand,
        in envelope: Envelope,
        from caller: Caller
    ) throws(Problem) -> Submission {
        let receivedAt = clock.now()
        if let invalid = command.validate(receivedAt: receivedAt) { throw Problem(invalid) }
        if let shop = command.shop, !caller.principal.mayAct(inShop: shop) {
            throw Problem(.foreignShop, "The token is not for the shop that the command names.")
        }
        let canonicalBytes = command.canonicalBytes
        let trackingKey = try Self.trackingKey(of: command, from: caller)
        let named = envelope.target ?? command.orderId
        let isGenerated = named == nil && trackingKey == nil
        return Submission(
            orderId: isGenerated ? UUIDv7.make() : trackingKey == nil ? named : nil,
            isOrderIdGenerated: isGenerated,
            trackingKey: trackingKey,
            command: command,
            commandId: envelope.commandId,
            mayBeRepeated: !envelope.isCommandIdGenerated,
            fingerprint: Self.fingerprint(of: canonicalBytes, for: envelope.target),
            ifMatch: envelope.ifMatch,
            shops: caller.shops,
            role: caller.commandRole,
            actor: caller.actor,
            correlationId: envelope.correlationId,
            trace: envelope.trace,
            timings: envelope.timings,
            receivedAt: receivedAt,
            byteCount: canonicalBytes.count
        )
    }

    /// The tracking number by which a scan names its parcel, in the shop that the scan names, else in the token's.
    ///
    /// - Returns: nil for a command that names its order.
    /// - Throws: `Problem` 403 for a shop that is not the token's, 422 where the token has several and none is named.
    private static func trackingKey(
        of command: OrderCommand,
        from caller: Caller
    ) throws(Problem) -> TrackingKey? {
        guard let target = command.scanTarget else { return nil }
        if let shop = target.shop {
            guard caller.principal.mayAct(inShop: shop) else {
                throw Problem(.foreignShop, "The token is not for the shop that the command names.")
            }
            return TrackingKey(shop: shop, number: target.numberKey)
        }
        guard let shops = caller.shops, shops.count == 1, let shop = shops.first else {
            let error = FieldError(pointer: "/shop", message: "is required, since the token is for several shops")
            throw Problem(InvalidCommand(errors: [error]))
        }
        return TrackingKey(shop: shop, number: target.numberKey)
    }

    /// The SHA-256 of the command before defaults, and of the order that stands beside it, if any. The same command has
    /// the same fingerprint on every route. A scan by tracking number has that of the number, whatever its parcel.
    private static func fingerprint(of canonicalBytes: [UInt8], for target: UUID?) -> [UInt8] {
        var hash = SHA256()
        if let target { hash.update(data: Array(target.text.utf8)) }
        hash.update(data: canonicalBytes)
        return Array(hash.finalize())
    }
}
