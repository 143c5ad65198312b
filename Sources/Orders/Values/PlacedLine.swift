import StrictJSON

/// One line as it was ordered. Amounts are minor units of the order's currency.
struct PlacedLine: Sendable, Equatable {
    let lineId: String
    let sku: String
    let name: String
    let quantity: Int
    let unitPrice: Int64
    /// The price of all units together, where it is not quantity × unitPrice: prices below a minor unit.
    var lineTotal: Int64?
    /// The part of the order's discount that is for this line.
    var discount: Int64?
    /// The part of the order's tax that is for this line.
    var tax: Int64?
    /// The time of arrival that the customer was told for this line.
    var promised: TimeWindow?
    /// The currency in which the line was priced; an edit compares it with the order's.
    let currency: String
    /// Another currency in which a price of the line is; nil where all are in one.
    var otherCurrency: String?

    /// Tells whether the discount is above the price of the goods.
    var discountsTooMuch: Bool { Int128(discount ?? 0) > pricing.goods }

    var pricing: Pricing.Line {
        Pricing.Line(quantity: quantity, unitPrice: unitPrice, lineTotal: lineTotal, discount: discount, tax: tax)
    }

    func write(_ writer: inout JSONWriter) {
        writer.field("lineId", lineId)
        writer.field("sku", sku)
        writer.field("name", name)
        writer.field("quantity", quantity)
        writer.field("unitPrice", Money(amount: unitPrice, currency: currency))
        writer.field("lineTotal", lineTotal, in: currency)
        writer.field("discount", discount, in: currency)
        writer.field("tax", tax, in: currency)
        writer.field("promised", promised)
    }
}

extension Field where Value == [PlacedLine] {
    /// A list of 1 … 500 lines, each `lineId` once.
    ///
    /// - Parameter currency: the order's currency; nil where it is not known, because it was missing or wrong, or
    ///   because the command is an edit, which compares the currencies with the order's.
    static func placedLines(in currency: String?) -> Field {
        Field<[PlacedLine]>.list(
            1...500,
            of: Field<PlacedLine>.object(meanings: PlacedLine.meanings) { fields in
                let lineId = fields.required("lineId", .identifier)
                let sku = fields.required("sku", .text)
                let name = fields.required("name", .text)
                let quantity = fields.required("quantity", .quantity)
                let unitPrice = fields.required("unitPrice", .money(in: currency))
                let money = Field<Money>.money(in: currency)
                let lineTotal = fields.optional("lineTotal", money)
                let discount = fields.optional("discount", money)
                let tax = fields.optional("tax", money)
                let promised = fields.optional("promised", .window)
                guard let lineId, let sku, let name, let quantity, let unitPrice else { return nil }
                let line = PlacedLine(
                    lineId: lineId,
                    sku: sku,
                    name: name,
                    quantity: quantity,
                    unitPrice: unitPrice.amount,
                    lineTotal: lineTotal?.amount,
                    discount: discount?.amount,
                    tax: tax?.amount,
                    promised: promised,
                    currency: unitPrice.currency,
                    otherCurrency: [lineTotal, discount, tax].compactMap { $0?.currency }
                        .first { $0 != unitPrice.currency }
                )
                // An edit is held against the order, where it says so.
                if currency != nil, line.discountsTooMuch {
                    fields.addError("must not be above what the line costs", member: "discount")
                }
                return line
            }.named("Line")
        ).withoutRepeated { $0.lineId }
    }
}

extension PlacedLine {
    static let meanings = [
        "name": "The name of the article. The customer reads it.",
        "unitPrice": "The price of one unit.",
        "lineTotal":
            "The price of all units together, where it is not quantity × unitPrice (prices below a minor unit).",
        "discount": "The part of the order's discount that is for this line; at most the price of its goods.",
        "tax": "The part of the order's tax that is for this line.",
        "promised": "The time of arrival that the customer was told for this line.",
    ]
}

extension JSONWriter {
    /// Writes an amount; nil is left out.
    mutating func field(_ name: StaticString, _ minorUnits: Int64?, in currency: String) {
        if let minorUnits { field(name, Money(amount: minorUnits, currency: currency)) }
    }
}
