import StrictJSON

/// The shop's own texts on the order were changed. Customers do not see a change of private ones.
struct MetadataChanged: EventPayload {
    static let summaries: [EventType: String] = [.metadataChanged: "The shop's own texts on the order were changed."]
    static let meanings = SetMetadata.meanings
    static let hiding = Hiding.sometimes

    let set: Metadata
    let remove: [String]
    let isPrivate: Bool

    var type: EventType { .metadataChanged }

    var isHidden: Bool { isPrivate }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("set", set)
        writer.array("remove", remove) { $0.string($1) }
        writer.field("private", isPrivate)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> MetadataChanged? {
        let set = stored.data.required("set", .metadata)
        let remove = stored.data.required("remove", .metadataKeys)
        let isPrivate = stored.data.required("private", .bool)
        guard let set, let remove, let isPrivate else { return nil }
        return MetadataChanged(set: set, remove: remove, isPrivate: isPrivate)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        if isPrivate {
            order.privateMetadata = order.privateMetadata.changed(set: set, remove: remove)
        } else {
            order.metadata = order.metadata.changed(set: set, remove: remove)
        }
    }
}
