/// An event of an event stream, as the stream dispatched it (WHATWG HTML, section 9.2.6).
public struct ServerSentEvent: Sendable, Hashable {
    /// The field `event`; `message` where there was none.
    public let type: String
    /// The values of its `data` fields, with a line feed between each two.
    public let data: String
    /// The last id that the stream had named when this event was dispatched; empty where it had named none.
    public let lastEventID: String

    /// An event of these parts.
    public init(type: String = "message", data: String, lastEventID: String = "") {
        self.type = type
        self.data = data
        self.lastEventID = lastEventID
    }
}
