import Foundation
import StrictJSON

/// Finds the differences between stored and expected fields.
enum FieldComparison {
    /// The name of the field that holds JSON, and is compared member by member where its bytes differ.
    static let state = "state"

    static func differences(
        projection: String,
        orderId: UUID?,
        stored: StoredFields,
        expected: StoredFields
    ) -> [Difference] {
        if stored == expected { return [] }
        return Set(stored.keys).union(expected.keys).sorted().flatMap { field -> [Difference] in
            let (found, wanted) = (stored[field], expected[field])
            if found == wanted { return [] }
            var places = [(field, found, wanted)]
            if field == state, let found, let wanted {
                let members = differingMembers(stored: found, expected: wanted)
                if !members.isEmpty { places = members }
            }
            return places.map { place, found, wanted in
                Difference(projection: projection, orderId: orderId, field: place, stored: found, expected: wanted)
            }
        }
    }

    /// The places in which two JSON texts differ, as JSON pointers (RFC 6901) after the field's name. Empty where one
    /// of them is not JSON, or where they differ in their bytes alone.
    private static func differingMembers(stored: String, expected: String) -> [(String, String?, String?)] {
        guard
            let stored = try? JSONValue.parse(Array(stored.utf8)),
            let expected = try? JSONValue.parse(Array(expected.utf8))
        else { return [] }
        var found: [(String, String?, String?)] = []
        compare(stored, with: expected, at: state, &found)
        return found
    }

    private static func compare(
        _ stored: JSONValue?,
        with expected: JSONValue?,
        at place: String,
        _ found: inout [(String, String?, String?)]
    ) {
        if stored == expected { return }
        switch (stored, expected) {
        case (.object(let left), .object(let right)):
            for name in left.members.map(\.name) + right.members.map(\.name).filter({ left[$0] == nil }) {
                compare(left[name], with: right[name], at: "\(place)/\(name)", &found)
            }
        case (.array(let left), .array(let right)):
            for index in 0..<max(left.count, right.count) {
                let stored = index < left.count ? left[index] : nil
                compare(stored, with: index < right.count ? right[index] : nil, at: "\(place)/\(index)", &found)
            }
        default: found.append((place, stored.map(text), expected.map(text)))
        }
    }

    private static func text(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
