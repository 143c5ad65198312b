import StrictJSON

/// Changes the shop's own texts on an order.
struct SetMetadata: CommandPayload {
    static let name = CommandName.setMetadata
    static let path = "metadata"
    static let summary = "Changes the shop's own texts on an order, which Waybill keeps and does not read."
    static let meanings = [
        "set": "The texts to set, by key. The customer reads those that are not private.",
        "remove": "The keys to remove.",
        "private": "Whether the texts are those that customers do not see. Default: false.",
    ]

    let set: Metadata?
    let remove: [String]?
    let isPrivate: Bool?

    static func read(_ fields: inout FieldReader) -> SetMetadata? {
        let set = fields.optional("set", .metadata)
        let remove = fields.optional("remove", .metadataKeys)
        let isPrivate = fields.optional("private", .bool)
        if !fields.has("set"), !fields.has("remove") { fields.addError("or /remove is required", member: "set") }
        for (index, key) in (remove ?? []).enumerated() where set?.texts[key] != nil {
            fields.addError("is set by the same command", at: "/remove/\(index)")
        }
        return SetMetadata(set: set, remove: remove, isPrivate: isPrivate)
    }

    func write(_ writer: inout JSONWriter) {
        if let set { writer.field("set", set) }
        if let remove { writer.array("remove", remove) { $0.string($1) } }
        if let isPrivate { writer.field("private", isPrivate) }
    }

    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent] {
        let isPrivate = isPrivate ?? false
        let old = isPrivate ? order.privateMetadata : order.metadata
        let changed = MetadataChanged(set: set ?? Metadata(), remove: remove ?? [], isPrivate: isPrivate)
        guard !changed.set.texts.isEmpty || !changed.remove.isEmpty else { return [] }
        let new = old.changed(set: changed.set, remove: changed.remove)
        try order.requireRoom(0, adding: new.texts.count, within: Metadata.keyLimit, for: "keys of metadata")
        return [OrderEvent(changed, at: occurredAt)]
    }

    static func isPossible(in order: Order) -> Bool { order.version > 0 }
}
