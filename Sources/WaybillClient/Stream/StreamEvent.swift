/// What a stream of the service says.
public enum StreamEvent: Sendable, Hashable {
    /// An order as it is, as `GET /v1/orders/{id}` gives it.
    case snapshot(Frame)
    /// An event that changed an order's headline.
    case status(Frame)
    /// Any other event.
    case update(Frame)
    /// The position that the client had cannot be resumed from, for a reason in one word: what follows is as at a beginning,
    /// so that what was gathered so far is to be thrown away.
    case reset(reason: String, Frame)
    /// The service ends the stream, for a reason in one word; the client comes back by itself.
    case bye(reason: String, Frame)

    /// What a frame carries.
    public struct Frame: Sendable, Hashable {
        /// The JSON text, exactly as the service sent it.
        public let data: String
        /// The position with which a client that stops here goes on; nil before the stream has named one. Opaque.
        public let position: String?
    }

    /// The frame, whatever its kind.
    public var frame: Frame {
        switch self {
        case .snapshot(let frame), .status(let frame), .update(let frame), .reset(_, let frame), .bye(_, let frame):
            frame
        }
    }
}
