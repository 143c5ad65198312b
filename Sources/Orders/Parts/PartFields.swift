import StrictJSON

// Answers may hold values that another version of the service bounds otherwise, so their schemas name no bounds.

extension Field where Value == String {
    /// A text that is not empty.
    static var partText: Field { PartFields.text }

    /// A text that may be empty.
    static var partTextOrEmpty: Field { PartFields.textOrEmpty }

    /// A currency that the service knew when the order was placed.
    static var partCurrency: Field { PartFields.currency }
}

extension Field where Value == Int64 {
    /// A sum of amounts.
    static var sum: Field { PartFields.sum }
}

extension Field where Value == Int {
    /// 1 … 1,000,000 units.
    static var partQuantity: Field { PartFields.quantity }

    /// A number that the service counted.
    static var partCount: Field { PartFields.count }
}

private enum PartFields {
    static let sum = Field<Int64>.integer(Int64.min...Int64.max)

    static let text = Field<String>.text.described { _ in ["type": "string"] }

    static let textOrEmpty = Field<String>.text(atLeast: 0).described { _ in ["type": "string"] }

    static let currency = Field<String>.text.described(as: Field<String>.currency.describe)

    static let quantity = Field<Int>.quantity.described { _ in ["type": "integer", "minimum": 0] }

    static let count = Field<Int>(describe: quantity.describe) { value, errors in
        Field<Int64>.count.read(value, &errors).map(Int.init)
    }
}
