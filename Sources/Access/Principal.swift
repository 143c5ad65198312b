/// The caller that a verified token names. Its role, shops and subject set the scope of each request.
package struct Principal: Sendable, Hashable {
    package let role: Role
    /// The claim `sub`. For a customer this is the `customer` of its orders.
    package let subject: String
    package let shops: ShopScope
    /// The claim `exp`, in seconds since 1970. The token is accepted for `TokenVerifier.skewSeconds` longer, so a
    /// stream ends at `acceptedUntil`: a client whose stream ended at `expiresAt` would return with the same token at
    /// once.
    package let expiresAt: Double
    /// The claim `iss`; empty for a principal that no token names.
    package var issuer = ""
    /// The key that signed the token; nil for a principal that no token names. When the service's keys no longer hold
    /// the key, what the token began ends.
    package var signingKey: KeyThumbprint?

    /// - Throws: `AccessError.invalidClaims` when the parts do not fit together: `*` with another
    ///   role than staff or operator, a customer with other than one shop, or an unusable subject.
    package init(role: Role, subject: String, shops: ShopScope, expiresAt: Double) throws(AccessError) {
        try Self.check(subject: subject)
        switch shops {
        case .all:
            guard role.maySpanAllShops else { throw .invalidClaims("shop * is for staff and operators only") }
        case .names(let names):
            guard !names.isEmpty else { throw .invalidClaims("shop is empty") }
            guard names.allSatisfy(ShopScope.isShopName) else { throw .invalidClaims("shop holds a bad name") }
            guard role != .customer || names.count == 1 else {
                throw .invalidClaims("a customer has exactly one shop")
            }
        }
        self.role = role
        self.subject = subject
        self.shops = shops
        self.expiresAt = expiresAt
    }

    /// The first moment, in seconds since 1970, at which the token is refused.
    package var acceptedUntil: Double { expiresAt + TokenVerifier.skewSeconds }

    /// Tells whether `shop` lies within the token's shops; outside them everything is 404. For a customer this is
    /// necessary and not sufficient: see `owns(shop:customer:)`.
    package func mayAct(inShop shop: String) -> Bool {
        shops.contains(shop)
    }

    /// Tells whether an order of this shop and customer is the principal's own. False for roles other than customer.
    package func owns(shop: String, customer: String) -> Bool {
        // Compared as bytes, as SQL does: Swift's == holds canonically equivalent strings for equal.
        role == .customer && shops.contains(shop) && subject.utf8.elementsEqual(customer.utf8)
    }

    /// Tells whether the principal may see an order: its own for a customer, its shops' for everyone else.
    package func maySee(shop: String, customer: String) -> Bool {
        role == .customer ? owns(shop: shop, customer: customer) : mayAct(inShop: shop)
    }

    private static func check(subject: String) throws(AccessError) {
        guard !subject.isEmpty else { throw .invalidClaims("sub is empty") }
        guard subject.unicodeScalars.count <= 255 else { throw .invalidClaims("sub is longer than 255 characters") }
        // PostgreSQL cannot store NUL; other control characters have no place in an actor's name.
        guard subject.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            throw .invalidClaims("sub holds a control character")
        }
    }
}
