import FoundationEssentials
import StrictJSON

/// The state as the `orders` projection keeps it. Zeros, falsehoods and empty lists are left out.
extension Order {
    private static let layout: Int64 = 1

    package func encodeState() -> [UInt8] {
        JSONWriter.object(reserving: 1024) { writer in
            writer.field("v", Self.layout)
            writer.field("orderId", orderId.text)
            writer.field("version", version)
            if let announced { writer.field("announced", announced) }
            guard version > 0 else { return }
            writer.field("number", number)
            writer.field("shop", shop)
            writer.field("customer", customer)
            writer.field("lifecycle", lifecycle)
            writer.field("placedAt", placedAt)
            writer.field("contactRef", contactRef)
            writer.field("country", country)
            writer.field("currency", currency)
            writer.field("locale", locale)
            writer.field("terms", terms)
            writer.flag("taxIncluded", taxIncluded)
            writer.count("shipping", shipping)
            writer.count("tax", tax)
            writer.count("discount", discount)
            writer.count("total", total)
            writer.field("promised", promised)
            writer.field("eta", eta)
            writer.array("lines", lines) { writer, line in writer.object { line.store(&$0) } }
            writer.list("holds", holds) { $1.store(&$0) }
            writer.list("parcels", parcels) { $1.store(&$0) }
            writer.object("payment") { payment.store(&$0) }
            writer.list("returns", returns) { $1.write(&$0) }
            writer.list("notes", notes) { $1.store(&$0) }
            writer.list("anomalies", anomalies) { $1.write(&$0) }
        }
    }

    /// Reads what `encodeState` has written.
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
        let order = Order(&fields)
        guard let order, fields.errors.isEmpty else {
            let detail = fields.errors.first.map { "\($0.pointer) \($0.message)" } ?? "incomplete"
            throw .malformed(what: "state", detail: detail)
        }
        return order
    }

    private init?(_ fields: inout FieldReader) {
        guard let orderId = fields.required("orderId", .uuid), let version = fields.required("version", .count) else {
            return nil
        }
        self.init(orderId: orderId)
        self.version = Int(version)
        announced = fields.optional("announced", .word)
        guard version > 0 else { return }
        number = fields.required("number", .text) ?? number
        shop = fields.required("shop", .text) ?? shop
        customer = fields.required("customer", .text) ?? customer
        lifecycle = fields.required("lifecycle", .word) ?? lifecycle
        placedAt = fields.required("placedAt", .time) ?? placedAt
        contactRef = fields.required("contactRef", .text) ?? contactRef
        country = fields.required("country", .text) ?? country
        currency = fields.required("currency", .text) ?? currency
        locale = fields.required("locale", .text) ?? locale
        terms = fields.required("terms", .word) ?? terms
        taxIncluded = fields.optional("taxIncluded", .bool) ?? false
        shipping = fields.optional("shipping", .count) ?? 0
        tax = fields.optional("tax", .count) ?? 0
        discount = fields.optional("discount", .count) ?? 0
        total = fields.optional("total", .count) ?? 0
        promised = fields.optional("promised", .window)
        eta = fields.optional("eta", .window)
        lines = fields.required("lines", .stored(OrderLine.init(stored:))) ?? []
        holds = fields.optional("holds", .stored(Hold.init(stored:))) ?? []
        parcels = fields.optional("parcels", .stored(Parcel.init(stored:))) ?? []
        payment = fields.required("payment", .object { Payment(stored: &$0) }) ?? payment
        returns = fields.optional("returns", .stored(Return.init(stored:))) ?? []
        notes = fields.optional("notes", .stored(Note.init(stored:))) ?? []
        anomalies = fields.optional("anomalies", .stored(OpenAnomaly.init(stored:))) ?? []
    }
}

extension Field {
    static func stored<Element>(_ read: @escaping @Sendable (inout FieldReader) -> Element?) -> Field
    where Value == [Element] {
        .list(0...Int.max, of: .object(read))
    }
}

extension JSONWriter {
    fileprivate mutating func flag(_ name: StaticString, _ flag: Bool) {
        if flag { field(name, true) }
    }

    fileprivate mutating func list<Element>(
        _ name: StaticString,
        _ elements: [Element],
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        guard !elements.isEmpty else { return }
        array(name, elements) { writer, element in writer.object { body(&$0, element) } }
    }

    mutating func count(_ name: StaticString, _ count: some FixedWidthInteger) {
        if count != 0 { field(name, count) }
    }
}
