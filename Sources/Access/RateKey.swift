import Glibc

/// Whom a limit counts.
package enum RateKey: Sendable, Hashable {
    /// A principal; the shop belongs to it, since subjects are only unique within a shop.
    case subject(shop: String, subject: String)
    /// A caller without a token, by network address; made by `client(address:)`.
    case address(String)
    /// Everyone who uses one tracking link.
    case link(String)

    /// The key of a network address: all of an IPv4 address, also where it is mapped into IPv6, but the first 64 bits of an
    /// IPv6 address, since one caller commonly owns all the rest (RFC 6177). Anything else counts as it stands.
    package static func client(address: String) -> RateKey {
        var parts = [UInt8](repeating: 0, count: 16)
        // An address of a link may end in "%" and an interface.
        guard inet_pton(AF_INET6, String(address.prefix { $0 != "%" }), &parts) == 1 else { return .address(address) }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        if parts.starts(with: mapped) {
            return .address(parts[12...].map(String.init).joined(separator: "."))
        }
        let groups = stride(from: 0, to: 8, by: 2).map { String(Int(parts[$0]) << 8 | Int(parts[$0 + 1]), radix: 16) }
        return .address(groups.joined(separator: ":") + "::/64")
    }
}
