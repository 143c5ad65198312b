import FoundationEssentials
import StrictJSON

/// The state in the form in which the read model of current states keeps it.
extension Order {
    /// The version of the form, counted from 1.
    private static let layout: Int64 = 2

    package func encodeState() -> [UInt8] {
        var visitor = StateWriter(writer: JSONWriter(reserving: 1024))
        visitor.writer.beginObject()
        visitor.writer.field("v", Self.layout)
        visitor.writer.field("orderId", orderId.text)
        visitor.writer.field("version", version)
        if let announced { visitor.writer.field("announced", announced) }
        if version > 0 {
            var order = self
            order.visitNames(&visitor)
            order.visitLifecycle(&visitor)
            order.visitContents(&visitor)
        }
        visitor.writer.endObject()
        return visitor.writer.bytes
    }

    /// Reads the state that `encodeState` has written.
    ///
    /// - Throws: `StoredDataError`.
    package init(state: [UInt8]) throws(StoredDataError) {
        let read: Result<Order, StoredDataError>
        do {
            read = try JSONNode.read(state) { node in
                Result { () throws(StoredDataError) in try Self.read(state: node) }
            }
        } catch {
            throw .malformed(what: "state", detail: "\(error)")
        }
        self = try read.get()
    }

    private static func read(state: JSONNode) throws(StoredDataError) -> Order {
        guard state.isObject else { throw .malformed(what: "state", detail: "not an object") }
        var fields = FieldReader(state)
        guard let layout = fields.required("v", .count) else { throw .malformed(what: "state", detail: "no layout") }
        guard layout == Self.layout else { throw .unknownSchema(type: "state", schema: Int(layout)) }
        let order = Order(stored: &fields)
        guard let order, fields.errors.isEmpty else {
            let detail = fields.errors.first.map { "\($0.pointer) \($0.message)" } ?? "incomplete"
            throw .malformed(what: "state", detail: detail)
        }
        return order
    }

    private init?(stored fields: inout FieldReader) {
        guard let orderId = fields.required("orderId", .uuid), let version = fields.required("version", .count) else {
            return nil
        }
        self.init(orderId: orderId)
        self.version = Int(version)
        announced = fields.optional("announced", .word)
        guard version > 0 else { return }
        var visitor = StateReader(fields: fields)
        visitNames(&visitor)
        visitLifecycle(&visitor)
        visitContents(&visitor)
        fields = visitor.fields
    }
}
