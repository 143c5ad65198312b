/// The declarations of an order's own fields, in the segments between which the forms hold other things.
extension Order {
    mutating func visitNames(_ visitor: inout some PartVisitor) {
        visitor.field("number", &number)
        visitor.field("shop", &shop)
        visitor.field("customer", &customer)
    }

    mutating func visitLifecycle(_ visitor: inout some PartVisitor) {
        visitor.field("lifecycle", &lifecycle)
        visitor.field("placedAt", &placedAt)
    }

    mutating func visitContents(_ visitor: inout some PartVisitor) {
        visitor.field("contactRef", &contactRef)
        visitor.field("country", &country, as: .partText, for: .everyone)
        visitor.field("currency", &currency, as: .partCurrency)
        visitor.field("locale", &locale)
        visitor.field("terms", &terms)
        visitor.flag("taxIncluded", &taxIncluded)
        visitor.amount("shipping", &shipping)
        visitor.amount("tax", &tax)
        visitor.amount("discount", &discount)
        visitor.parts("fees", &fees)
        visitor.amount("total", &total)
        visitor.field("promised", &promised)
        visitor.field("eta", &eta)
        visitor.field("metadata", &metadata)
        visitor.field("privateMetadata", &privateMetadata, for: .storage)
        visitor.field("relatesTo", &relatesTo)
        visitor.parts("lines", &lines, storesEmpty: true)
        visitor.parts("holds", &holds, isShown: { !$0.isReleased })
        visitor.parts("parcels", &parcels)
        visitor.part("payment", &payment)
        visitor.parts("returns", &returns)
        visitor.parts("notes", &notes, isShown: { $0.visibility == .customer })
        visitor.parts("claims", &claims, for: .storage)
        visitor.field("adjustmentIds", &adjustmentIds, for: .storage)
        visitor.field("editCount", &editCount, as: .partCount, for: .storage)
        visitor.parts("anomalies", &anomalies, for: .storage)
    }

    /// The meanings of the order's own fields, where they differ from the common ones.
    static let meanings = [
        "orderId": "The order.", "version": "The number of events that the order has had.",
        "position": "The log position that the answer reflects: a stream opened after it goes on without a gap.",
        "status": "The headline.", "lifecycle": "The stage of the order as a whole.",
        "placedAt": "The time at which the order was placed.",
        "updatedAt": "The time at which the last event was recorded.", "terms": "The time of payment.",
        "taxIncluded": "Whether prices include tax.",
        "total":
            "The price of the whole order, as it was placed or last edited. `payment.due` is what the customer has to pay.",
        "holds": "The open holds.", "parcels": "The parcels, void ones included.",
        "payment": "The sums of the reported payments, and the reports.", "returns": "The returns.",
        "fees": "Amounts beside the goods.", "metadata": "The shop's own texts. The customer sees them.",
        "relatesTo": "A link to another order.",
        "schemaOrgStatus": "The value of https://schema.org/OrderStatus that comes nearest to the headline.",
        "notes": "The notes that the customer reads.", "internal": "The part for backends, staff and operators.",
    ]
}
