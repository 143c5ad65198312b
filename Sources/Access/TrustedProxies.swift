package import Primitives

/// The proxies whose word on their clients is taken (RFC 7239).
///
/// A proxy adds the address of its own peer at the right of a list; what stands to the left may be the client's
/// invention. So the list is read from the right, as long as the addresses are those of trusted proxies.
package struct TrustedProxies: Sendable {
    private let networks: [NetworkRange]

    /// The most entries of a list that are read, which bounds the work for one request.
    private static let maximumHops = 64

    package init(_ networks: [NetworkRange] = []) {
        self.networks = networks
    }

    /// True where no proxy is trusted.
    package var isEmpty: Bool { networks.isEmpty }

    /// Reads networks in CIDR notation, joined by commas.
    /// - Returns: nil where one of them is no network, or there is none.
    package init?(text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            NetworkRange(part.trimmingASCIIWhitespace())
        }
        let networks = parts.compactMap(\.self)
        guard networks.count == parts.count else { return nil }
        self.networks = networks
    }

    /// The fields of a request that proxies write, each with all its values in their order.
    package struct Fields: Sendable {
        var forwarded: [String]
        var forwardedFor: [String]
        var forwardedProto: [String]

        package init(forwarded: [String], forwardedFor: [String], forwardedProto: [String]) {
            self.forwarded = forwarded
            self.forwardedFor = forwardedFor
            self.forwardedProto = forwardedProto
        }
    }

    /// Tells whether a peer is a trusted proxy.
    /// - Parameter address: an address without a port.
    package func contains(_ address: String) -> Bool {
        guard !networks.isEmpty, let address = IPAddress(address) else { return false }
        return contains(address)
    }

    /// The client of a request: its peer, or, where the peer is a trusted proxy, the rightmost address of `Forwarded`,
    /// else of `X-Forwarded-For`, that is not one. Where a proxy does not name its peer (`unknown`, an obfuscated
    /// identifier), the proxy itself counts as the client.
    /// - Parameters:
    ///   - peer: the address of the connection's other end, without a port.
    ///   - isSecure: tells whether the connection is TLS.
    ///   - fields: read for trusted peers alone.
    package func client(peer: String, isSecure: Bool, fields: @autoclosure () -> Fields) -> ClientAddress {
        guard !networks.isEmpty, let address = IPAddress(peer), contains(address) else {
            return ClientAddress(address: peer, isSecure: isSecure)
        }
        let fields = fields()
        let hops =
            fields.forwarded.isEmpty
            ? Self.hops(fields.forwardedFor, protocols: fields.forwardedProto)
            : ForwardedHop.fromTheRight(fields.forwarded, limit: Self.maximumHops)
        var client = address
        var scheme: String?
        for hop in hops {
            scheme = hop.scheme ?? scheme
            guard let next = hop.address else { break }
            client = next
            guard contains(next) else { break }
        }
        let named = scheme ?? fields.forwardedProto.last.flatMap { Self.list($0).last }
        return ClientAddress(
            address: client.text,
            isSecure: named.map { $0.lowercased() == "https" } ?? isSecure,
            isSchemeNamed: named != nil
        )
    }

    private func contains(_ address: IPAddress) -> Bool { networks.contains { $0.contains(address) } }

    /// The hops of `X-Forwarded-For` from the right. `X-Forwarded-Proto` belongs to them where it has as many entries.
    private static func hops(_ values: [String], protocols: [String]) -> [ForwardedHop] {
        let addresses = values.flatMap(list)
        let schemes = protocols.flatMap(list)
        let isPaired = addresses.count == schemes.count
        return addresses.indices.reversed().prefix(maximumHops).map { index in
            ForwardedHop(node: addresses[index], scheme: isPaired ? schemes[index] : nil)
        }
    }

    private static func list(_ value: String) -> [String] {
        value.split(separator: ",").map { String($0.trimmingASCIIWhitespace()) }.filter { !$0.isEmpty }
    }
}
