import EventStreams
import Orders
import StrictJSON

/// The data of frames that are not orders or events.
extension APISchemas {
    static let resetFrame: JSONValue = .object(
        [
            member("reason", reference("ResetReason"), "The reason."),
            member("position", position, "The position at which the stream begins anew."),
        ],
        optional: [member("type", constant("reset"), "Only with `plain=true`.")]
    )

    static let beatFrame: JSONValue = .object(
        [],
        optional: [member("type", constant("beat"), "Only with `plain=true`.")]
    )

    static let byeFrame: JSONValue = .object(
        [member("reason", reference("ByeReason"), "The reason.")],
        optional: [member("type", constant("bye"), "Only with `plain=true`.")]
    )
}
