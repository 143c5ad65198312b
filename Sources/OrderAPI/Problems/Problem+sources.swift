import Access
import FoundationEssentials
import HTTPTypes
import OrderLog
import Orders
import StrictJSON

extension Problem {
    package static let notFound = Problem(
        .notFound,
        "There is no such resource, or the token does not give access to it."
    )
    static let noShopName = Problem(
        .invalidQuery,
        "“shop” is a name of 1 to 63 characters: a-z, 0-9 and hyphen."
    )
    package static let crossSite = Problem(
        .crossSite,
        "A page of another site may not make this request; follow the link itself, or ask from a server."
    )
    static let internalError = Problem(.internalError, "The request failed in the service; its log has the cause.")

    /// A condition that passes by itself: the client sends the request again after a while. A command that may have
    /// been appended is safe to send again under the same id.
    static func busy(_ code: ProblemCode, retryAfter: Int, _ detail: String) -> Problem {
        Problem(code, detail, headers: [.retryAfter: String(retryAfter)])
    }

    package static let unavailable = Problem.busy(
        .unavailable,
        retryAfter: 2,
        "The database does not take the request at present. Send it again; for a command, use the same Idempotency-Key."
    )

    static let notDurable = Problem.busy(
        .notDurable,
        retryAfter: 2,
        """
        No standby of the database has confirmed the change in time, so that it may be lost yet. Send the request again; \
        for a command, use the same Idempotency-Key, and the answer will be the true one.
        """
    )

    init(_ error: AccessError) {
        let code =
            switch error {
            case .missingToken: ProblemCode.missingToken
            case .malformedToken: ProblemCode.malformedToken
            case .badSignature: ProblemCode.badSignature
            case .unknownKey: ProblemCode.unknownKey
            case .expiredToken: ProblemCode.expiredToken
            case .notYetValid: ProblemCode.notYetValid
            case .wrongAudience: ProblemCode.wrongAudience
            case .wrongIssuer: ProblemCode.wrongIssuer
            case .noKeys: ProblemCode.noKeys
            case .keyNotFetched: ProblemCode.keyNotFetched
            case .invalidClaims: ProblemCode.invalidClaims
            }
        self.init(code, error.detail, headers: [.wwwAuthenticate: error.challenge])
    }

    init(_ error: JSONParseError) {
        switch error {
        case .malformed(let offset): self.init(.malformedJson, "The text is not JSON (RFC 8259) at byte \(offset).")
        case .invalidUTF8: self.init(.invalidUtf8, "A string holds bytes that are not UTF-8.")
        case .duplicateKey(let name): self.init(.duplicateKey, "An object has the key “\(name.prefix(64))” twice.")
        case .tooDeep: self.init(.malformedJson, "Arrays and objects nest too deeply.")
        }
    }

    init(_ error: InvalidCommand) {
        self.init(
            .invalidCommand,
            error.errors.count == 1 ? "One field is invalid." : "\(error.errors.count) fields are invalid.",
            members: [.fieldErrors(error.errors.map { ($0.pointer, $0.message) })]
        )
    }

    init(_ refusal: AppendRefusal) {
        switch refusal {
        case .unknownOrder:
            self = .notFound
        case .unknownTrackingNumber:
            self.init(
                .unknownTrackingNumber,
                "No parcel of the shop has, or had, this tracking number; where both are known, of this carrier."
            )
        case .orderExists(let facts):
            self.init(
                .orderExists,
                "An order with this id exists already.",
                members: [.text("reason", "orderExists")] + (facts.map(Self.members) ?? [])
            )
        case .commandIdReused:
            self.init(
                .commandIdReused,
                "This command id was used for another command, which was accepted. Send this one under a new id."
            )
        case .versionMismatch(let current):
            self.init(
                .versionMismatch,
                "The order is at version \(current).",
                headers: [.eTag: "\"\(current)\""],
                members: [.number("version", current)]
            )
        case .rejected(let rejection, let facts):
            self.init(
                .rejected,
                rejection.message,
                members: [.text("reason", rejection.reason.rawValue)] + Self.members(facts)
            )
        case .overloaded:
            self = .busy(.overloaded, retryAfter: 1, "Too many commands are waiting; this one was not tried.")
        case .unavailable:
            self = .unavailable
        case .notDurable:
            self = .notDurable
        case .failed:
            self = .internalError
        }
    }

    /// The members that describe the order. Its headline is `orderStatus`, since `status` is the response's own (RFC
    /// 9457, section 3.1.2).
    private static func members(_ facts: OrderFacts) -> [Member] {
        [
            .text("orderId", facts.orderId.text),
            .text("orderStatus", facts.status),
            .number("version", facts.version),
            .texts("allowedCommands", facts.allowedCommands),
        ]
    }
}
