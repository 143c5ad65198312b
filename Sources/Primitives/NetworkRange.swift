/// A range of addresses in CIDR notation (RFC 4632; RFC 4291, section 2.3): `10.0.0.0/8`, `fd00::/8`, or one address.
public struct NetworkRange: Sendable, Hashable {
    private let network: IPAddress
    /// The number of bits of the IPv6 form that every address of the range shares.
    private let length: Int

    /// - Returns: nil for what is no address with a length of its family. Bits beyond the length are ignored.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first), parts.count <= 2 else { return nil }
        // An IPv4 address that is written mapped has a length of IPv6.
        let isShort = address.isIPv4 && !first.contains(":")
        let bits = isShort ? 32 : 128
        var length = bits
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
                let number = Int(parts[1]), number <= bits
            else { return nil }
            length = number
        }
        self.length = isShort ? 96 + length : length
        self.network = address.network(self.length)
    }

    public func contains(_ address: IPAddress) -> Bool { address.network(length) == network }
}
