import StrictJSON

extension OrderEvent {
    /// Reads an event back from the log's columns.
    ///
    /// - Parameters:
    ///   - number: one of the envelope's columns, like `shop` and `customer`, from which an `OrderPlaced` takes its
    ///     own.
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
        let current = upcasters.schema(of: type)
        guard (1...current).contains(schema) else { throw .unknownSchema(type: name, schema: schema) }
        // All of a hidden event is in `internal`.
        let isHidden = data == nil
        var (data, `internal`) = (data ?? `internal`, `internal`)
        if schema != current {
            (data, `internal`) = try Self.upcast(data, `internal`, type, schema, upcasters)
        }
        let columns = StoredColumns(occurredAt: occurredAt, number: number, shop: shop, customer: customer)
        self = try Self.withObject(data, of: name) { data in
            Self.withObject(`internal`, of: name) { `internal` in
                Self.read(
                    type,
                    schema: current,
                    StoredFields(
                        data: FieldReader(data),
                        internal: FieldReader(`internal`),
                        columns: columns,
                        isHidden: isHidden
                    )
                )
            }
        }.get()
    }

    private static func read(
        _ type: EventType,
        schema: Int,
        _ fields: StoredFields
    ) -> Result<OrderEvent, StoredDataError> {
        var stored = fields
        let payload = type.payload.read(type, &stored)
        let anomaly = stored.internal.optional("anomaly", .anomaly)
        guard let payload, stored.data.errors.isEmpty, stored.internal.errors.isEmpty, payload.type == type else {
            let error = (stored.data.errors + stored.internal.errors).first
            let detail = error.map { "\($0.pointer) \($0.message)" } ?? "not of this type"
            return .failure(.malformed(what: type.rawValue, detail: detail))
        }
        return .success(OrderEvent(payload, type, schema: schema, at: fields.columns.occurredAt, anomaly: anomaly))
    }

    private static func withObject<R>(
        _ bytes: [UInt8],
        of name: String,
        _ body: (JSONNode) -> Result<R, StoredDataError>
    ) -> Result<R, StoredDataError> {
        // Most events have nothing for staff alone.
        if bytes.count == 2, bytes[0] == UInt8(ascii: "{"), bytes[1] == UInt8(ascii: "}") {
            return body(.emptyObject)
        }
        do {
            return try JSONNode.read(bytes) { node in
                node.isObject ? body(node) : .failure(.malformed(what: name, detail: "not an object"))
            }
        } catch {
            return .failure(.malformed(what: name, detail: "\(error)"))
        }
    }

    /// The texts of an old layout in today's layout.
    private static func upcast(
        _ data: [UInt8],
        _ internal: [UInt8],
        _ type: EventType,
        _ schema: Int,
        _ upcasters: Upcasters
    ) throws(StoredDataError) -> ([UInt8], [UInt8]) {
        let objects = try Self.withObject(data, of: type.rawValue) { data in
            Self.withObject(`internal`, of: type.rawValue) { .success((data.value, $0.value)) }
        }.get()
        guard case (.object(let data), .object(let inside)) = objects else { return (data, `internal`) }
        let upcast = upcasters.upcast(type, from: schema, data: data, internal: inside)
        return (JSONValue.object(upcast.data).bytes, JSONValue.object(upcast.internal).bytes)
    }
}
