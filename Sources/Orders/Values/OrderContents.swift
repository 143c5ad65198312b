import StrictJSON

/// The contents of an order: lines, prices and destination. `placeOrder` and `OrderPlaced` have this part in common.
/// Amounts are minor units of `currency`.
struct OrderContents: Sendable, Equatable {
    var contactRef: String?
    var country: String?
    let currency: String
    let locale: String
    let lines: [PlacedLine]
    let shipping: Int64
    let tax: Int64
    let discount: Int64
    /// Nil where the command says none; filled in with none.
    var fees: [Fee]?
    let total: Int64
    var taxIncluded: Bool?
    var terms: Terms?
    var promised: TimeWindow?
    var metadata: Metadata?
    var relatesTo: RelatesTo?

    static func read(_ fields: inout FieldReader) -> OrderContents? {
        let contactRef = fields.optional("contactRef", .text)
        let country = fields.optional("country", .country)
        let currency = fields.required("currency", .currency)
        let locale = fields.required("locale", .locale)
        let lines = fields.required("lines", .placedLines(in: currency))
        let money = Field<Money>.money(in: currency)
        let shipping = fields.required("shipping", money)
        let tax = fields.required("tax", money)
        let discount = fields.required("discount", money)
        let fees = fields.optional("fees", .fees(in: currency))
        let total = fields.required("total", money)
        let taxIncluded = fields.optional("taxIncluded", .bool)
        let terms: Terms? = fields.optional("terms", .word)
        let promised = fields.optional("promised", .window)
        let metadata = fields.optional("metadata", .metadata)
        let relatesTo = fields.optional("relatesTo", .relatesTo)
        guard let currency, let locale, let lines, let shipping, let tax, let discount, let total else { return nil }
        return OrderContents(
            contactRef: contactRef,
            country: country,
            currency: currency,
            locale: locale,
            lines: lines,
            shipping: shipping.amount,
            tax: tax.amount,
            discount: discount.amount,
            fees: fees,
            total: total.amount,
            taxIncluded: taxIncluded,
            terms: terms,
            promised: promised,
            metadata: metadata,
            relatesTo: relatesTo
        )
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("contactRef", contactRef)
        writer.field("country", country)
        writer.field("currency", currency)
        writer.field("locale", locale)
        writer.array("lines", lines) { writer, line in writer.object { line.write(&$0) } }
        writer.field("shipping", Money(amount: shipping, currency: currency))
        writer.field("tax", Money(amount: tax, currency: currency))
        writer.field("discount", Money(amount: discount, currency: currency))
        if let fees { writer.field("fees", fees) }
        writer.field("total", Money(amount: total, currency: currency))
        if let taxIncluded { writer.field("taxIncluded", taxIncluded) }
        if let terms { writer.field("terms", terms) }
        writer.field("promised", promised)
        if let metadata { writer.field("metadata", metadata) }
        relatesTo?.write("relatesTo", to: &writer)
    }

    var pricing: Pricing {
        Pricing(
            lines: lines.map(\.pricing),
            shipping: shipping,
            tax: tax,
            discount: discount,
            fees: fees ?? [],
            taxIncluded: taxIncluded ?? false
        )
    }

    /// Adds an error for each amount that does not go with the others.
    func checkAmounts(_ fields: inout FieldReader) {
        let pricing = pricing
        if pricing.lineTaxes > Int128(tax) {
            fields.addError("must not be below \(pricing.lineTaxes): what the lines carry", at: "/tax/amount")
        }
        if pricing.lineDiscounts > Int128(discount) {
            fields.addError("must not be below \(pricing.lineDiscounts): what the lines carry", at: "/discount/amount")
        }
        let expected = pricing.expectedTotal
        if expected != Int128(total) {
            fields.addError("must be \(expected): what the amounts add up to", at: "/total")
        }
    }

    /// The contents with defaults filled in.
    var withDefaults: OrderContents {
        var contents = self
        contents.fees = fees ?? []
        contents.taxIncluded = taxIncluded ?? false
        contents.terms = terms ?? .prepaid
        contents.metadata = metadata ?? Metadata()
        return contents
    }
}
