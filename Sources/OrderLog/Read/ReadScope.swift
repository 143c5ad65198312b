/// Whose events and orders a read may return; applied in SQL.
package struct ReadScope: Sendable, Hashable {
    /// The shops; nil for all.
    package let shops: [String]?
    /// Only this customer's orders; nil for everybody's.
    package let customer: String?

    package init(shops: [String]?, customer: String? = nil) {
        self.shops = shops
        self.customer = customer
    }

    package static let everything = ReadScope(shops: nil)

    /// The same rule for a row at hand: applied again when events are handed out. Compares bytes, as SQL does: Swift's
    /// `==` holds canonically equivalent texts for equal.
    package func contains(shop: String, customer: String) -> Bool {
        (shops?.contains(shop) ?? true) && (self.customer.map { $0.utf8.elementsEqual(customer.utf8) } ?? true)
    }
}
