import StrictJSON

extension OrderEvent {
    /// Reads an event back from the log's columns.
    ///
    /// - Parameters:
    ///   - number: the envelope's columns, like `shop` and `customer`; an `OrderPlaced` has no other place for them.
    ///   - data: nil where the event is hidden from customers.
    /// - Throws: `StoredDataError`.
    package init(
        type name: String,
        schema: Int,
        occurredAt: Timestamp,
        number: String,
        shop: String,
        customer: String,
        data: [UInt8]?,
        internal: [UInt8]
    ) throws(StoredDataError) {
        try self.init(
            type: name,
            schema: schema,
            occurredAt: occurredAt,
            number: number,
            shop: shop,
            customer: customer,
            data: data,
            internal: `internal`,
            upcasters: .current
        )
    }

    init(
        type name: String,
        schema: Int,
        occurredAt: Timestamp,
        number: String,
        shop: String,
        customer: String,
        data: [UInt8]?,
        internal: [UInt8],
        upcasters: Upcasters
    ) throws(StoredDataError) {
        guard let type = EventType(rawValue: name) else { throw .unknownType(name) }
        let storedInternal = try Self.object(`internal`, of: name)
        // What customers must not see lies in `internal` as a whole.
        let storedData = if let data { try Self.object(data, of: name) } else { storedInternal }
        guard let (dataObject, internalObject) = upcasters.lifted(type, schema, storedData, storedInternal) else {
            throw .unknownSchema(type: name, schema: schema)
        }
        var stored = StoredFields(
            data: FieldReader(dataObject),
            internal: FieldReader(internalObject, at: "/internal"),
            occurredAt: occurredAt,
            number: number,
            shop: shop,
            customer: customer
        )
        let payload = type.payload.read(type, &stored)
        let anomaly = stored.internal.optional("anomaly", .anomaly)
        guard let payload, stored.data.errors.isEmpty, stored.internal.errors.isEmpty, payload.type == type else {
            let error = (stored.data.errors + stored.internal.errors).first
            throw .malformed(what: name, detail: error.map { "\($0.pointer) \($0.message)" } ?? "not of this type")
        }
        self.init(payload, at: occurredAt, anomaly: anomaly)
    }

    private static func object(_ bytes: [UInt8], of name: String) throws(StoredDataError) -> JSONObject {
        do {
            guard let object = try JSONValue.parse(bytes).object else {
                throw StoredDataError.malformed(what: name, detail: "not an object")
            }
            return object
        } catch let error as StoredDataError {
            throw error
        } catch {
            throw .malformed(what: name, detail: "\(error)")
        }
    }
}
