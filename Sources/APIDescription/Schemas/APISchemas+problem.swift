import OrderAPI
import Orders
import StrictJSON

extension APISchemas {
    static let problem: JSONValue = .object(
        [
            member("type", ["type": "string", "format": "uri"], "`urn:waybill:problem:` and the code."),
            member("title", text, "The meaning of the code."),
            member("status", ["type": "integer", "minimum": 400, "maximum": 599], "The HTTP status."),
            member("code", reference("ProblemCode"), "The stable code, for programs."),
            member("detail", text, "A sentence for the client's developer; may change at any time."),
        ],
        optional: [
            member("errors", fieldErrors, "The invalid fields of a command, with 422 `invalidCommand`."),
            member("reason", reference("RejectionReason"), "The reason of a refusal, with 409."),
            member("orderId", uuid, "The order, with 409."),
            member("orderStatus", status, "The order's status, with 409."),
            member("version", version, "The order's version, with 409 and 412."),
            member(
                "allowedCommands",
                list(of: reference("CommandName")),
                "The commands that the order would take now from the caller's role, given the right arguments; with 409."
            ),
        ],
        "Problem details (RFC 9457)."
    )

    private static let fieldErrors: JSONValue = [
        "type": "array", "maxItems": .integer(InvalidCommand.limit),
        "items": reference("FieldError"),
    ]

    static let fieldError: JSONValue = .object(
        [
            member("pointer", text, "A pointer (RFC 6901) to the field in the body."),
            member("message", text, "The rule that the field breaks."),
        ],
        "An invalid field of a command."
    )
}
