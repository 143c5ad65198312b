import Glibc

/// An address of IPv4 or IPv6. An IPv4 address that is mapped into IPv6 (RFC 4291, section 2.5.5.2) is the IPv4
/// address, since a listener of both families sees it in that form.
public struct IPAddress: Sendable, Hashable {
    /// The halves of the IPv6 form.
    private let high, low: UInt64

    private static let mappedPrefix: UInt64 = 0xFFFF_0000_0000

    private init(high: UInt64, low: UInt64) {
        (self.high, self.low) = (high, low)
    }

    /// Reads an address in its usual text, without brackets and port. An IPv6 zone (`%eth0`) is ignored.
    public init?(_ text: some StringProtocol) {
        var v4 = in_addr()
        if inet_pton(AF_INET, String(text), &v4) == 1 {
            self.init(high: 0, low: Self.mappedPrefix | UInt64(UInt32(bigEndian: v4.s_addr)))
            return
        }
        var v6 = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &v6) == 1 else { return nil }
        let halves = [v6[..<8], v6[8...]].map { $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        self.init(high: halves[0], low: halves[1])
    }

    /// True for an address of this machine alone: 127.0.0.0/8, also mapped into IPv6, and ::1.
    public var isLoopback: Bool { isIPv4 ? low >> 24 & 0xFF == 127 : high == 0 && low == 1 }

    public var isIPv4: Bool { high == 0 && low & ~0xFFFF_FFFF == Self.mappedPrefix }

    /// The address with all bits but the first ones zero.
    /// - Parameter length: the number of bits that stay, of the IPv6 form: 0 … 128.
    public func network(_ length: Int) -> IPAddress {
        IPAddress(
            high: high & (length >= 64 ? .max : ~(UInt64.max >> UInt64(max(length, 0)))),
            low: low & (length >= 128 ? .max : ~(UInt64.max >> UInt64(max(length - 64, 0))))
        )
    }

    /// The network that commonly is one client's: all of an IPv4 address, and the first 64 bits of an IPv6 address,
    /// since one client commonly owns the rest (RFC 6177).
    public var clientNetwork: IPAddress { isIPv4 ? self : network(64) }

    /// The usual text: dotted for IPv4, that of RFC 5952 for IPv6.
    public var text: String {
        if isIPv4 {
            return (0..<4).map { String(low >> UInt64(24 - 8 * $0) & 0xFF) }.joined(separator: ".")
        }
        var bytes = [high.bigEndian, low.bigEndian]
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
