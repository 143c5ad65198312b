import Access
import HTTPTypes
import Hummingbird

/// Finds the client of a request: the peer, or the client that a trusted proxy names.
struct ClientResolver: Sendable {
    let proxies: TrustedProxies
    /// Tells whether the service's own connections are TLS.
    let servesTLS: Bool

    /// - Parameter peer: the address of the connection's other end, without a port.
    func client(of headers: HTTPFields, peer: String) -> ClientAddress {
        proxies.client(
            peer: peer,
            isSecure: servesTLS,
            fields: TrustedProxies.Fields(
                forwarded: headers[values: .forwarded],
                forwardedFor: headers[values: .forwardedFor],
                forwardedProto: headers[values: .forwardedProto]
            )
        )
    }

    func client(of request: Request, in context: WaybillContext) -> ClientAddress {
        client(of: request.headers, peer: context.clientAddress)
    }
}
