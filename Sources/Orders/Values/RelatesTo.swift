package import FoundationEssentials
import StrictJSON

/// A link from an order to another one. The other order is not looked up.
package struct RelatesTo: Sendable, Equatable {
    package enum Kind: String, WireWord {
        case exchange, replacement, split, subscription

        package var meaning: String {
            switch self {
            case .exchange: "The order sends other goods for returned ones."
            case .replacement: "The order sends the same goods again."
            case .split: "The order is a part of the other one."
            case .subscription: "The order is one delivery of a subscription."
            }
        }
    }

    package let orderId: UUID
    package let kind: Kind
}

extension RelatesTo: PartValue {
    static var partField: Field<RelatesTo> { .relatesTo }

    func write(_ name: StaticString, to writer: inout JSONWriter) {
        writer.object(name) { writer in
            writer.field("orderId", orderId.text)
            writer.field("kind", kind)
        }
    }
}

extension Field where Value == RelatesTo {
    static var relatesTo: Field { RelatesToFields.relatesTo }
}

private enum RelatesToFields {
    static let relatesTo = Field<RelatesTo>.object(meanings: [
        "orderId": "The other order. It is not looked up.", "kind": "The relation to the other order.",
    ]) { fields in
        let orderId = fields.required("orderId", .uuid)
        guard let kind: RelatesTo.Kind = fields.required("kind", .word), let orderId else { return nil }
        return RelatesTo(orderId: orderId, kind: kind)
    }.named("RelatesTo")
}
