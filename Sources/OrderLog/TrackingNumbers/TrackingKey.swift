package import Orders

/// A tracking number of a shop, in the form in which tracking numbers are compared.
package struct TrackingKey: Hashable, Sendable {
    package let shop: String
    /// The number's ASCII letters and digits, in upper case.
    package let number: String

    package init(shop: String, number: String) {
        self.shop = shop
        self.number = number
    }

    /// The key of the tracking number that an event of the shop gives.
    ///
    /// - Returns: nil for an event that gives none, and for a number without a letter or digit, which nobody can look
    ///   up.
    package init?(of event: OrderEvent, in shop: String) {
        guard let number = event.trackingNumber.flatMap(TrackingNumber.key) else { return nil }
        self.init(shop: shop, number: number)
    }
}
