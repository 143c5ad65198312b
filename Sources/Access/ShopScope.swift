/// The shops in which a principal may act.
package enum ShopScope: Sendable, Hashable {
    /// Every shop (`*`), for staff and operators only.
    case all
    /// The named shops; never empty in a `Principal`.
    case names(Set<String>)

    /// Reads the claim `shop`: names, or `*` alone.
    /// - Throws: `AccessError.invalidClaims` for an empty list, a bad name, or `*` beside names.
    package init(claim entries: [String]) throws(AccessError) {
        if entries == ["*"] {
            self = .all
            return
        }
        guard !entries.isEmpty else { throw .invalidClaims("shop is empty") }
        guard !entries.contains("*") else { throw .invalidClaims("shop holds * beside names") }
        for name in entries where !Self.isShopName(name) {
            throw .invalidClaims("shop is not a name of 1 to 63 characters a-z, 0-9 and dash")
        }
        self = .names(Set(entries))
    }

    /// Reads the form of the command line: a name, names joined by commas, or `*`.
    /// - Throws: `AccessError.invalidClaims` as `init(claim:)` does.
    package init(text: String) throws(AccessError) {
        try self.init(claim: text.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
    }

    /// Tells whether `shop` lies in this scope.
    package func contains(_ shop: String) -> Bool {
        switch self {
        case .all: true
        case .names(let names): names.contains(shop)
        }
    }

    /// Tells whether a text is a shop's name: `[a-z0-9-]{1,63}`.
    package static func isShopName(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...63).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
