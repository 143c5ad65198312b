import FoundationEssentials

extension StreamEvent.Frame {
    /// Reads the frame's data.
    ///
    /// - Throws: `WaybillClientError` with the code `unreadableFrame` where it is something else.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(data.utf8))
        } catch {
            throw WaybillClientError(.unreadableFrame, "a frame's data is no \(type): \(error)")
        }
    }

    /// What happened to an order, of a `status` or `update` frame.
    ///
    /// - Throws: `WaybillClientError` with the code `unreadableFrame` where the frame is none of these.
    public func change() throws -> OrderChange { try decode() }
}

extension StreamEvent {
    private struct Notice: Decodable {
        let reason: String
    }

    /// What a frame of `plain=true`, which has no `event:`, says about itself.
    private struct PlainHead: Decodable {
        let type: String?
        let statusBefore: String?
        let status: String?
    }

    /// Nil for a kind that this client does not know: a later service may have more.
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
