import FoundationEssentials
import StrictJSON

extension Field where Value == Timestamp {
    static var time: Field {
        .checked("must be an RFC 3339 time with an offset, years 0001 to 9999") { value in
            value.string.flatMap(Timestamp.init(rfc3339:))
        }
    }
}

extension Field where Value == UUID {
    static var uuid: Field {
        .checked("must be a UUID") { value in value.string.flatMap(UUID.init(uuidString:)) }
    }
}

extension Field where Value == TimeWindow {
    static var window: Field {
        .object { fields in
            guard let earliest = fields.required("earliest", .time), let latest = fields.required("latest", .time)
            else {
                return nil
            }
            if earliest > latest { fields.fail("latest", "must not be before earliest") }
            return TimeWindow(earliest: earliest, latest: latest)
        }
    }
}

extension Field where Value == Money {
    static var money: Field {
        .object { fields in
            let amount = fields.required("amount", .integer(0...Money.maximumAmount))
            guard let currency = fields.required("currency", .currency), let amount else { return nil }
            return Money(amount: amount, currency: currency)
        }
    }

    /// Money in the order's currency, where that is known by now.
    static func money(in expected: String?) -> Field {
        .object { fields in
            let amount = fields.required("amount", .integer(0...Money.maximumAmount))
            guard let currency = fields.required("currency", .currency) else { return nil }
            if let expected, currency != expected { fields.fail("currency", "must be \(expected), as the order's") }
            return amount.map { Money(amount: $0, currency: currency) }
        }
    }
}

extension Field where Value == Place {
    static var place: Field {
        .object { fields in
            let text = fields.required("text", .text(atLeast: 0))
            let country = fields.optional("country", .country)
            let timeZone = fields.optional("timeZone", .text)
            return text.map { Place(text: $0, country: country, timeZone: timeZone) }
        }
    }
}

extension Field where Value == Proof {
    static var proof: Field {
        .object { fields in
            let kind: Proof.Kind? = fields.required("kind", .word)
            let ref = fields.optional("ref", .text(atLeast: 0))
            return kind.map { Proof(kind: $0, ref: ref) }
        }
    }
}

extension Field where Value == [LineQuantity] {
    /// 1 … 500 lines, none of them twice.
    static var lines: Field {
        Field<[LineQuantity]>.list(
            1...500,
            of: .object { fields in
                let lineId = fields.required("lineId", .identifier)
                guard let quantity = fields.required("quantity", .quantity), let lineId else { return nil }
                return LineQuantity(lineId: lineId, quantity: quantity)
            }
        ).withoutRepeated(\.lineId)
    }
}

extension Field where Value == [ReceivedLine] {
    /// 1 … 500 lines, none of them twice.
    static var receivedLines: Field {
        Field<[ReceivedLine]>.list(
            1...500,
            of: .object { fields in
                let lineId = fields.required("lineId", .identifier)
                let quantity = fields.required("quantity", .quantity)
                guard let condition: Condition = fields.required("condition", .word), let lineId, let quantity else {
                    return nil
                }
                return ReceivedLine(lineId: lineId, quantity: quantity, condition: condition)
            }
        ).withoutRepeated(\.lineId)
    }
}

extension Field {
    /// Refuses a list in which two elements have the same `lineId`.
    func withoutRepeated<Element>(_ lineId: KeyPath<Element, String>) -> Field where Value == [Element] {
        Field { value, pointer, errors in
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
