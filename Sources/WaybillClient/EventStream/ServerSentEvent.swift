/// An event of an event stream, as the stream dispatched it (WHATWG HTML, section 9.2.6).
public struct ServerSentEvent: Sendable, Hashable {
    /// The value of the field `event`; `message` where the block had none.
    public let type: String
    /// The values of the `data` fields, joined by line feeds.
    public let data: String
    /// The last id that the stream had named when this event was dispatched; empty where it had named none.
    public let lastEventID: String

    /// Creates an event from its parts.
    ///
    /// - Parameters:
    ///   - type: the event's type.
    ///   - data: the event's text.
    ///   - lastEventID: the id in force at this event; empty for none.
    public init(type: String = "message", data: String, lastEventID: String = "") {
        self.type = type
        self.data = data
        self.lastEventID = lastEventID
    }
}
