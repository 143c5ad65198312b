import Glibc

/// The caller whose requests a rate limit counts.
package enum RateKey: Sendable, Hashable {
    /// A principal. The key holds the shop, since subjects are unique only within a shop.
    case subject(shop: String, subject: String)
    /// A caller without a token, by network address. `client(address:)` makes the key.
    case address(String)
    /// All callers that use one tracking link.
    case link(String)

    /// The key of a network address: all of an IPv4 address, also of one mapped into IPv6, and the first 64 bits of an
    /// IPv6 address, since one caller commonly owns the rest (RFC 6177). Any other text is its own key.
    package static func client(address: String) -> RateKey {
        var parts = [UInt8](repeating: 0, count: 16)
        // A link-local address may end in "%" and an interface.
        guard inet_pton(AF_INET6, String(address.prefix { $0 != "%" }), &parts) == 1 else { return .address(address) }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        if parts.starts(with: mapped) {
            return .address(parts[12...].map(String.init).joined(separator: "."))
        }
        let groups = stride(from: 0, to: 8, by: 2).map { String(Int(parts[$0]) << 8 | Int(parts[$0 + 1]), radix: 16) }
        return .address(groups.joined(separator: ":") + "::/64")
    }
}
