/// The role of the caller that a token names (the claim `role`).
package enum Role: String, Sendable, Hashable, CaseIterable, Codable {
    /// A shop's own server, the only role that places orders and reports facts.
    case backend
    /// A buyer of one shop, who sees only its own orders.
    case customer
    /// A person who works for one or more shops.
    case staff
    /// A person who runs the service.
    case `operator`

    /// Tells whether the role may hold `*`, every shop.
    package var maySpanAllShops: Bool {
        self == .staff || self == .operator
    }
}
