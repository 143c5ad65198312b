/// The shops and the customer whose events and orders a read may return; applied in SQL.
package struct ReadScope: Sendable, Hashable {
    /// The shops; nil for all.
    package let shops: [String]?
    /// The customer; nil for all.
    package let customer: String?

    package init(shops: [String]?, customer: String? = nil) {
        self.shops = shops
        self.customer = customer
    }

    package static let everything = ReadScope(shops: nil)

    /// Applies the scope to an event in memory, when the event is sent to a stream. Compares bytes, as SQL does:
    /// Swift's `==` treats canonically equivalent texts as equal.
    package func contains(shop: String, customer: String) -> Bool {
        (shops?.contains(shop) ?? true) && (self.customer.map { $0.utf8.elementsEqual(customer.utf8) } ?? true)
    }
}
