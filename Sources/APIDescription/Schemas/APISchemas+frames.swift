import EventStreams
import Orders
import StrictJSON

/// The data of frames that are not orders or events.
extension APISchemas {
    static let resetFrame: JSONValue = .object(
        [
            member("reason", words(ControlFrame.ResetReason.self), "The reason."),
            member("position", position, "The position at which the stream begins anew."),
        ],
        optional: [member("type", ["const": "reset"], "Only with `plain=true`.")]
    )

    static let byeFrame: JSONValue = .object(
        [member("reason", words(ControlFrame.ByeReason.self), "The reason.")],
        optional: [member("type", ["const": "bye"], "Only with `plain=true`.")]
    )
}
