import StrictJSON

/// The contents of an order: lines, prices and destination. `placeOrder` and `OrderPlaced` have this part in common.
/// Amounts are minor units of `currency`.
struct OrderContents: Sendable, Equatable {
    let contactRef: String
    let country: String
    let currency: String
    let locale: String
    let lines: [PlacedLine]
    let shipping: Int64
    let tax: Int64
    let discount: Int64
    let total: Int64
    let taxIncluded: Bool?
    let terms: Terms?
    let promised: TimeWindow?

    static func read(_ fields: inout FieldReader) -> OrderContents? {
        let contactRef = fields.required("contactRef", .text)
        let country = fields.required("country", .country)
        let currency = fields.required("currency", .currency)
        let locale = fields.required("locale", .locale)
        let lines = fields.required("lines", .placedLines(in: currency))
        let money = Field<Money>.money(in: currency)
        let shipping = fields.required("shipping", money)
        let tax = fields.required("tax", money)
        let discount = fields.required("discount", money)
        let total = fields.required("total", money)
        let taxIncluded = fields.optional("taxIncluded", .bool)
        let terms: Terms? = fields.optional("terms", .word)
        let promised = fields.optional("promised", .window)
        guard let contactRef, let country, let currency, let locale, let lines, let shipping, let tax, let discount,
            let total
        else { return nil }
        return OrderContents(
            contactRef: contactRef,
            country: country,
            currency: currency,
            locale: locale,
            lines: lines,
            shipping: shipping.amount,
            tax: tax.amount,
            discount: discount.amount,
            total: total.amount,
            taxIncluded: taxIncluded,
            terms: terms,
            promised: promised
        )
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("contactRef", contactRef)
        writer.field("country", country)
        writer.field("currency", currency)
        writer.field("locale", locale)
        writer.array("lines", lines) { writer, line in
            writer.object { writer in
                writer.field("lineId", line.lineId)
                writer.field("sku", line.sku)
                writer.field("name", line.name)
                writer.field("quantity", line.quantity)
                writer.field("unitPrice", Money(amount: line.unitPrice, currency: currency))
            }
        }
        writer.field("shipping", Money(amount: shipping, currency: currency))
        writer.field("tax", Money(amount: tax, currency: currency))
        writer.field("discount", Money(amount: discount, currency: currency))
        writer.field("total", Money(amount: total, currency: currency))
        if let taxIncluded { writer.field("taxIncluded", taxIncluded) }
        if let terms { writer.field("terms", terms) }
        writer.field("promised", promised)
    }

    /// The total to which the amounts add up. 500 lines of a million units at 2^53 each need more than 64 bits.
    var expectedTotal: Int128 {
        let goods = lines.reduce(Int128(0)) { $0 + Int128($1.quantity) * Int128($1.unitPrice) }
        return goods + Int128(shipping) + (taxIncluded == true ? 0 : Int128(tax)) - Int128(discount)
    }

    /// Adds an error where the total is not the sum of the amounts.
    func checkTotal(_ fields: inout FieldReader) {
        let expected = expectedTotal
        if expected != Int128(total) {
            fields.addError("must be \(expected): what the amounts add up to", at: "/total")
        }
    }

    /// The contents with defaults filled in.
    var withDefaults: OrderContents {
        OrderContents(
            contactRef: contactRef,
            country: country,
            currency: currency,
            locale: locale,
            lines: lines,
            shipping: shipping,
            tax: tax,
            discount: discount,
            total: total,
            taxIncluded: taxIncluded ?? false,
            terms: terms ?? .prepaid,
            promised: promised
        )
    }
}
