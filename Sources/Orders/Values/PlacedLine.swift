/// One line as it was ordered.
struct PlacedLine: Sendable, Equatable {
    let lineId: String
    let sku: String
    let name: String
    let quantity: Int
    /// Minor units of the order's currency.
    let unitPrice: Int64
}

extension Field where Value == [PlacedLine] {
    /// A list of 1 … 500 lines, each `lineId` once, priced in the order's currency.
    ///
    /// - Parameter currency: the order's currency; nil where it is not known, because it was missing or wrong.
    static func placedLines(in currency: String?) -> Field {
        let price = Field<Money>.money(in: currency)
        return Field<[PlacedLine]>.list(
            1...500,
            of: Field<PlacedLine>.object { fields in
                let lineId = fields.required("lineId", .identifier)
                let sku = fields.required("sku", .text)
                let name = fields.required("name", .text)
                let quantity = fields.required("quantity", .quantity)
                let unitPrice = fields.required("unitPrice", price)
                guard let lineId, let sku, let name, let quantity, let unitPrice else { return nil }
                return PlacedLine(lineId: lineId, sku: sku, name: name, quantity: quantity, unitPrice: unitPrice.amount)
            }.named("Line")
        ).withoutRepeated { $0.lineId }
    }
}
