import OrderAPI
import Orders
import StrictJSON

/// The responses to commands.
extension APISchemas {
    static let receipt: JSONValue = .object(
        [
            member("orderId", uuid, "The order."),
            member("version", count, "The order's version after the command."),
            member("status", status, "The order's status after the command."),
            member(
                "position",
                position,
                "The position of the last event; where there was nothing to add, of the order's last event."
            ),
            member(
                "events",
                list(
                    of: .object([
                        member("position", position, "The event's position."),
                        member("type", words(EventType.self), "The event's type."),
                    ])
                ),
                "The events that the command appended."
            ),
        ],
        "The response to an accepted command."
    )

    static let bulkResult: JSONValue = .object(
        [
            member("line", ["type": "integer", "minimum": 1], "The number of the command's line, counted from 1."),
            member("result", words(BulkOutcome.self), "The outcome of the line."),
        ],
        optional: [
            member("orderId", uuid, "The order, where the line names one."),
            member("position", position, "The position of the command's last event; absent where it is rejected."),
            member("problem", reference("Problem"), "The problem of a rejected line."),
        ],
        "The result of one line of `POST /v1/commands`."
    )
}
