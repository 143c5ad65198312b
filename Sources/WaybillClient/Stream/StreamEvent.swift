/// A frame of a stream, by its kind.
///
/// Kinds that this version of the client does not know are skipped: a later service may have more.
public enum StreamEvent: Sendable, Hashable {
    /// The present state of an order, as `GET /v1/orders/{id}` returns it.
    case snapshot(Frame)
    /// An event that changed an order's status.
    case status(Frame)
    /// Any other event of an order.
    case update(Frame)
    /// A position that cannot be resumed from, with the reason as one word: `malformed`, `unknownEpoch`, `ahead` or
    /// `forked`.
    ///
    /// The stream then begins anew. Discard everything that was collected from it so far.
    case reset(reason: String, Frame)
    /// The end of a connection by the service, with the reason as one word: `shutdown`, `maxAge`, `tokenExpired`,
    /// `slow` or `overload`.
    ///
    /// The client reconnects by itself.
    case bye(reason: String, Frame)

    /// The frame's content, for every kind.
    public var frame: Frame {
        switch self {
        case .snapshot(let frame), .status(let frame), .update(let frame), .reset(_, let frame), .bye(_, let frame):
            frame
        }
    }
}
