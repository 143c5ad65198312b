extension StreamEvent {
    private struct Notice: Decodable {
        let reason: String
    }

    /// The members by which a frame of `plain=true`, which has no `event:` field, tells its kind.
    private struct PlainHead: Decodable {
        let type: String?
        let statusBefore: String?
        let status: String?
    }

    /// Reads a frame by its kind; nil for a kind that this client does not know, which a later service may have.
    init?(_ event: ServerSentEvent) throws {
        let frame = Frame(data: event.data, position: event.lastEventID.isEmpty ? nil : event.lastEventID)
        switch event.type == "message" ? try Self.kind(ofPlain: frame) : event.type {
        case "snapshot": self = .snapshot(frame)
        case "status": self = .status(frame)
        case "update": self = .update(frame)
        case "reset": self = .reset(reason: try frame.decode(Notice.self).reason, frame)
        case "bye": self = .bye(reason: try frame.decode(Notice.self).reason, frame)
        default: return nil
        }
    }

    private static func kind(ofPlain frame: Frame) throws -> String {
        let head = try frame.decode(PlainHead.self)
        switch head.type {
        case "snapshot", "reset", "bye": return head.type ?? ""
        default: return head.statusBefore == head.status ? "update" : "status"
        }
    }
}
