import OrderAPI
import Orders
import StrictJSON

/// The responses to commands.
extension APISchemas {
    static let receipt: JSONValue = .object(
        [
            member("orderId", uuid, "The order."),
            member("version", version, "The order's version after the command."),
            member("status", status, "The order's status after the command."),
            member(
                "position",
                position,
                "The position of the last event; where there was nothing to add, of the order's last event."
            ),
            member(
                "events",
                list(of: reference("ReceiptEvent")),
                "The events that the command appended; none where the order knew the fact."
            ),
        ],
        "The response to an accepted command."
    )

    static let receiptEvent: JSONValue = .object(
        [
            member("position", position, "The event's position."),
            member("type", reference("EventType"), "The event's type."),
        ],
        optional: [
            member(
                "anomaly",
                reference("AnomalyCode"),
                "The code of the contradiction that the event raised; the order waits in the staff's attention queue."
            )
        ],
        "An event that a command appended."
    )

    static let bulkResult: JSONValue = .object(
        [
            member(
                "line",
                ["type": "integer", "format": "int64", "minimum": 1],
                "The number of the command's line, counted from 1."
            ),
            member("result", reference("BulkOutcome"), "The outcome of the line."),
        ],
        optional: [
            member("orderId", uuid, "The order; absent where the line is rejected and names none."),
            member("position", position, "The position of the command's last event; absent where it is rejected."),
            member("problem", reference("Problem"), "The problem of a rejected line."),
        ],
        "The result of one line of `POST /v1/commands`."
    )

    static let bulkSummary: JSONValue = {
        let count: JSONValue = ["type": "integer", "format": "int64", "minimum": 0]
        return .object(
            [
                member("lines", count, "The number of lines that are not blank."),
                member("accepted", count, "The number of accepted lines."),
                member("duplicate", count, "The number of lines whose command or fact was known."),
                member("rejected", count, "The number of rejected lines."),
            ],
            "The last line of a response that holds rejected lines alone."
        )
    }()
}
