import Access
import HTTPTypes
import OrderLog
import Primitives

/// Finds the session that a request's cookie names.
struct Sessions: Sendable {
    let store: SessionStore
    let publicURL: PublicURL
    /// Tells the client, and whether its connection is TLS, from a trusted proxy.
    let clients: ClientResolver

    /// A session that has not been ended. Its token may have expired.
    struct Open: Sendable {
        /// The hash that names the session.
        let hash: [UInt8]
        /// The bearer token that the session stands for.
        let token: String
    }

    /// The session of a request without a bearer token; nil without one. A cookie counts on requests of the service's
    /// own pages alone, so that no other page acts for the person.
    ///
    /// - Parameter peer: the address of the connection's other end.
    func open(_ head: HTTPRequest, from peer: String) async throws -> Open? {
        guard !Self.hasBearer(head), let secret = secret(of: head, from: peer) else { return nil }
        let hash = secret.hash
        guard let sealed = try await store.sealedToken(hash), let token = secret.open(sealed) else { return nil }
        return Open(hash: hash, token: token)
    }

    /// The value of a cookie that counts.
    func secret(of head: HTTPRequest, from peer: String) -> SessionSecret? {
        guard head.headerFields[.cookie] != nil, FetchMetadata(head).isSameOrigin(own(head, from: peer)) else {
            return nil
        }
        return cookie(for: head, from: peer).secret(in: head.headerFields[values: .cookie])
    }

    /// The kind of cookie for a request.
    func cookie(for head: HTTPRequest, from peer: String) -> SessionCookie {
        Self.cookie(for: head, from: peer, clients: clients, publicURL: publicURL)
    }

    /// The origins of the service's own pages, as the client of a request sees them.
    func own(_ head: HTTPRequest, from peer: String) -> OwnOrigins {
        let client = clients.client(of: head.headerFields, peer: peer)
        return OwnOrigins(publicURL: publicURL, authority: head.authority, isSecure: client.isSecure)
    }

    private static func hasBearer(_ head: HTTPRequest) -> Bool {
        head.headerFields[values: .authorization].contains { $0.prefix(6).lowercased() == "bearer" }
    }

    /// The cookie without `Secure` is for browser and service that talk in clear text on one machine: a trusted proxy
    /// says so, or no proxy is between them.
    static func cookie(
        for head: HTTPRequest,
        from peer: String,
        clients: ClientResolver,
        publicURL: PublicURL
    ) -> SessionCookie {
        let client = clients.client(of: head.headerFields, peer: peer)
        guard !client.isSecure, IPAddress(client.address)?.isLoopback == true, isLocal(head.authority ?? "")
        else { return .hostOnly }
        if client.isSchemeNamed { return .loopback }
        let isProxied = [HTTPField.Name.forwarded, .forwardedFor, .forwardedProto, .via].contains { name in
            head.headerFields[name] != nil
        }
        return isProxied || publicURL.isHTTPS ? .hostOnly : .loopback
    }

    /// True where the `Host` of a request means the client's own machine, without asking a name server.
    private static func isLocal(_ authority: String) -> Bool {
        let host =
            authority.hasPrefix("[")
            ? authority.dropFirst().prefix { $0 != "]" } : authority.lowercased().prefix { $0 != ":" }
        return host == "localhost" || host.hasSuffix(".localhost") || IPAddress(host)?.isLoopback == true
    }
}
