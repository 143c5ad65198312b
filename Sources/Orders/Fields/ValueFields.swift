import FoundationEssentials
import StrictJSON

extension Field where Value == Timestamp {
    static var time: Field { ValueFields.time }
}

extension Field where Value == UUID {
    static var uuid: Field { ValueFields.uuid }
}

extension Field where Value == TimeWindow {
    static var window: Field { ValueFields.window }
}

extension Field where Value == Money {
    static var money: Field { ValueFields.money }

    /// Money in the order's currency.
    ///
    /// - Parameter expected: the order's currency; nil where it is not known, because it was missing or wrong.
    static func money(in expected: String?) -> Field {
        guard let expected else { return ValueFields.money }
        return Field(describe: ValueFields.money.describe) { value, errors in
            let known = errors.count
            guard let money = ValueFields.money.read(value, &errors) else { return nil }
            guard money.currency == expected else {
                errors.append(
                    FieldError(pointer: "\(value.pointer)/currency", message: "must be \(expected), as the order's")
                )
                return nil
            }
            return errors.count == known ? money : nil
        }
    }
}

extension Field where Value == Place {
    static var place: Field { ValueFields.place }
}

extension Field where Value == Proof {
    static var proof: Field { ValueFields.proof }
}

private enum ValueFields {
    static let time = Field<Timestamp>.checked(
        "must be an RFC 3339 time with an offset, years 0001 to 9999",
        as: ["type": "string", "format": "date-time"]
    ) { value in
        value.withUTF8(Timestamp.init(rfc3339:)) ?? nil
    }.named(
        "Time",
        "RFC 3339 with any offset, years 0001 to 9999 of UTC; microseconds are kept. Answers are in UTC."
    )

    static let uuid = Field<UUID>.checked("must be a UUID", as: ["type": "string", "format": "uuid"]) { value in
        value.withUTF8(UUID.init(text:)) ?? nil
    }

    static let window = Field<TimeWindow>.object(
        meanings: ["earliest": "The earliest time.", "latest": "The latest time."]
    ) { fields in
        let earliest = fields.required("earliest", .time)
        guard let latest = fields.required("latest", .time), let earliest else { return nil }
        if earliest > latest { fields.addError("must not be before earliest", member: "latest") }
        return TimeWindow(earliest: earliest, latest: latest)
    }.named("TimeWindow", "`latest` is not before `earliest`.")

    static let money = Field<Money>.object { fields in
        let amount = fields.required("amount", ValueFields.amount)
        guard let currency = fields.required("currency", .currency), let amount else { return nil }
        return Money(amount: amount, currency: currency)
    }.named("Money", "An amount in minor units; within an order always in the order's currency.")

    private static let amount = Field<Int64>.integer(0...Money.maximumAmount)

    static let place = Field<Place>.object(meanings: Place.meanings) { fields in
        let text = fields.required("text", .text(atLeast: 0))
        let country = fields.optional("country", .country)
        let timeZone = fields.optional("timeZone", .text)
        return text.map { Place(text: $0, country: country, timeZone: timeZone) }
    }.named("Place")

    static let proof = Field<Proof>.object(meanings: [
        "kind": "The kind of proof.", "ref": "The carrier's reference to the proof. The customer reads it.",
    ]) { fields in
        let kind: Proof.Kind? = fields.required("kind", .word)
        let ref = fields.optional("ref", .text(atLeast: 0))
        return kind.map { Proof(kind: $0, ref: ref) }
    }.named("Proof")
}
