/// Who a token speaks for (contract, section 5: the claim `role`).
package enum Role: String, Sendable, Hashable, CaseIterable, Codable {
    /// A shop's own server: the only one that places orders and reports facts.
    case backend
    /// One buyer of one shop, who sees nothing but its own orders.
    case customer
    /// A person who works for one or more shops.
    case staff
    /// A person who runs the service.
    case `operator`

    /// Whether the role may hold `*`, every shop (contract, section 5).
    package var maySpanAllShops: Bool {
        self == .staff || self == .operator
    }
}
