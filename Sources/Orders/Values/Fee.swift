import StrictJSON

/// An amount beside the goods, such as a fee for gift wrapping.
package struct Fee: Sendable, Equatable {
    package private(set) var feeId: String
    package private(set) var name: String
    package private(set) var amount: Money
}

extension Fee: OrderPart {
    static var blank: Fee { Fee(feeId: "", name: "", amount: Money(amount: 0, currency: "")) }

    static let meanings = [
        "name": "The name of the fee. The customer reads it.", "amount": "The amount of the fee.",
    ]

    static var schemaName: String? { "Fee" }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("feeId", &feeId)
        visitor.field("name", &name)
        visitor.field("amount", &amount)
    }
}

extension Field where Value == [Fee] {
    /// The largest number of fees of one order.
    static var feeLimit: Int { 100 }

    /// A list of at most 100 fees, each `feeId` once.
    ///
    /// - Parameter currency: the currency of the amounts; nil where any is taken.
    static func fees(in currency: String?) -> Field {
        let money = Field<Money>.money(in: currency)
        return Field<[Fee]>.list(
            0...feeLimit,
            of: Field<Fee>.object(meanings: Fee.meanings) { fields in
                let feeId = fields.required("feeId", .identifier)
                let name = fields.required("name", .text)
                let amount = fields.required("amount", money)
                guard let feeId, let name, let amount else { return nil }
                return Fee(feeId: feeId, name: name, amount: amount)
            }.named("PlacedFee")
        ).withoutRepeated(member: "feeId") { $0.feeId }
    }
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ fees: [Fee]) {
        array(name, fees) { writer, fee in
            writer.object { writer in
                writer.field("feeId", fee.feeId)
                writer.field("name", fee.name)
                writer.field("amount", fee.amount)
            }
        }
    }
}
