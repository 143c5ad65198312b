import FoundationEssentials
import StrictJSON

extension Field where Value == Timestamp {
    static var time: Field {
        Field.checked(
            "must be an RFC 3339 time with an offset, years 0001 to 9999",
            as: ["type": "string", "format": "date-time"]
        ) { value in
            value.string.flatMap(Timestamp.init(rfc3339:))
        }.named(
            "Time",
            "RFC 3339 with any offset, years 0001 to 9999 of UTC; microseconds are kept. Answers are in UTC."
        )
    }
}

extension Field where Value == UUID {
    static var uuid: Field {
        .checked("must be a UUID", as: ["type": "string", "format": "uuid"]) { value in
            value.string.flatMap(UUID.init(uuidString:))
        }
    }
}

extension Field where Value == TimeWindow {
    static var window: Field {
        Field.object { fields in
            let earliest = fields.required("earliest", .time)
            guard let latest = fields.required("latest", .time), let earliest else { return nil }
            if earliest > latest { fields.fail("latest", "must not be before earliest") }
            return TimeWindow(earliest: earliest, latest: latest)
        }.named("TimeWindow", "`latest` is not before `earliest`.")
    }
}

extension Field where Value == Money {
    static var money: Field { money(in: nil) }

    /// Money in the order's currency, where that is known by now.
    static func money(in expected: String?) -> Field {
        Field.object { fields in
            let amount = fields.required("amount", .integer(0...Money.maximumAmount))
            guard let currency = fields.required("currency", .currency) else { return nil }
            if let expected, currency != expected { fields.fail("currency", "must be \(expected), as the order's") }
            return amount.map { Money(amount: $0, currency: currency) }
        }.named("Money", "An amount in minor units; within an order always in the order's currency.")
    }
}

extension Field where Value == Place {
    static var place: Field {
        Field.object { fields in
            let text = fields.required("text", .text(atLeast: 0))
            let country = fields.optional("country", .country)
            let timeZone = fields.optional("timeZone", .text)
            return text.map { Place(text: $0, country: country, timeZone: timeZone) }
        }.named("Place")
    }
}

extension Field where Value == Proof {
    static var proof: Field {
        Field.object { fields in
            let kind: Proof.Kind? = fields.required("kind", .word)
            let ref = fields.optional("ref", .text(atLeast: 0))
            return kind.map { Proof(kind: $0, ref: ref) }
        }.named("Proof")
    }
}

extension Field where Value == [LineQuantity] {
    /// 1 … 500 lines, none of them twice.
    static var lines: Field {
        Field<[LineQuantity]>.list(
            1...500,
            of: Field<LineQuantity>.object { fields in
                let lineId = fields.required("lineId", .identifier)
                guard let quantity = fields.required("quantity", .quantity), let lineId else { return nil }
                return LineQuantity(lineId: lineId, quantity: quantity)
            }.named("LineQuantity")
        ).withoutRepeated(\.lineId)
    }
}

extension Field where Value == [ReceivedLine] {
    /// 1 … 500 lines, none of them twice.
    static var receivedLines: Field {
        Field<[ReceivedLine]>.list(
            1...500,
            of: Field<ReceivedLine>.object { fields in
                let lineId = fields.required("lineId", .identifier)
                let quantity = fields.required("quantity", .quantity)
                guard let condition: Condition = fields.required("condition", .word), let lineId, let quantity else {
                    return nil
                }
                return ReceivedLine(lineId: lineId, quantity: quantity, condition: condition)
            }.named("ReceivedLine")
        ).withoutRepeated(\.lineId)
    }
}

extension Field {
    /// Refuses a list in which two elements have the same `lineId`.
    func withoutRepeated<Element>(_ lineId: KeyPath<Element, String>) -> Field where Value == [Element] {
        Field(describe: { describe($0).adding(("description", "No `lineId` twice.")) }) { value, pointer, errors in
            guard let elements = read(value, pointer, &errors) else { return nil }
            var seen: Set<String> = []
            for (index, element) in elements.enumerated() where !seen.insert(element[keyPath: lineId]).inserted {
                let place = JSONPointer(
                    parent: JSONPointer(parent: pointer.description, index: index).description,
                    name: "lineId"
                )
                errors.append(FieldError(pointer: place.description, message: "is there twice"))
            }
            return seen.count == elements.count ? elements : nil
        }
    }
}
