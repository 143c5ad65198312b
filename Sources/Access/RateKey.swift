import Primitives

/// The caller whose requests a rate limit counts.
package enum RateKey: Sendable, Hashable {
    /// A principal. The key holds the shop, since subjects are unique only within a shop.
    case subject(shop: String, subject: String)
    /// A caller without a token, by network address. `client(address:)` makes the key.
    case address(String)
    /// All callers that use one tracking link.
    case link(String)

    /// The key of a network address: that of its client's network. Any other text is its own key.
    package static func client(address: String) -> RateKey {
        guard let address = IPAddress(address) else { return .address(address) }
        return .address(address.isIPv4 ? address.text : "\(address.clientNetwork.text)/64")
    }
}
