import Primitives

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
        guard let address = IPAddress(address) else { return .address(address) }
        return .address(address.isIPv4 ? address.text : "\(address.network(64).text)/64")
    }
}
