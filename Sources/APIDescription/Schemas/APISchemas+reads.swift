import Orders
import StrictJSON

/// The pages of orders and events.
extension APISchemas {
    static let orderPage: JSONValue = .object(
        [
            member("orders", list(of: reference("Order")), "The orders, the newest first."),
            member("position", position, "The log position that the page reflects."),
        ],
        optional: [member("next", text, "The `cursor` of the next page; absent on the last page.")]
    )

    static let eventPage: JSONValue = .object(
        [
            member("events", list(of: reference("Event")), "The events, in ascending order of position."),
            member("position", position, "The log position that the page reflects."),
        ],
        optional: [member("next", position, "The `after` of the next page; absent on the last page.")]
    )
}
