import Access
import Crypto
import Foundation
import OrderLog
import Orders

/// Makes submissions of decoded commands, the same for a request of its own and for a line among many.
struct SubmissionFactory: Sendable {
    let clock: WallClock

    /// What stands beside a command.
    struct Envelope {
        /// The order that the path or the line names; nil where the command itself may name one.
        let target: UUID?
        let commandId: String
        /// The client sent no id, so this one is new.
        let commandIdIsOurs: Bool
        let ifMatch: Int?
        let correlationId: String?
    }

    /// - Throws: `Problem` 422 or 403.
    func submission(
        of command: OrderCommand,
        _ envelope: Envelope,
        from caller: Caller
    ) throws(Problem) -> Submission {
        let receivedAt = clock.now()
        if let invalid = command.validate(receivedAt: receivedAt) { throw Problem(invalid) }
        if let shop = command.shop, !caller.principal.mayAct(inShop: shop) {
            throw Problem(.foreignShop, "The token is not for the shop that the command names.")
        }
        return Submission(
            orderId: envelope.target ?? command.orderId ?? UUIDv7.make(),
            command: command,
            commandId: envelope.commandId,
            mayBeRepeated: !envelope.commandIdIsOurs,
            fingerprint: Self.fingerprint(command, envelope.target),
            ifMatch: envelope.ifMatch,
            shops: caller.shops,
            role: caller.commandRole,
            actor: caller.actor,
            correlationId: envelope.correlationId,
            receivedAt: receivedAt
        )
    }

    /// SHA-256 of the order that stands beside the command, if any, and the command before defaults: the same command is
    /// recognised whichever route it comes by.
    static func fingerprint(_ command: OrderCommand, _ target: UUID?) -> [UInt8] {
        var hash = SHA256()
        if let target { hash.update(data: Array(target.text.utf8)) }
        hash.update(data: command.canonicalBytes)
        return Array(hash.finalize())
    }
}
