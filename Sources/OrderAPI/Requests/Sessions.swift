import Access
import HTTPTypes
import OrderLog

/// Finds the session that a request's cookie names.
struct Sessions: Sendable {
    let store: SessionStore
    let publicURL: PublicURL
    /// Tells whether the service's own connections are TLS.
    let servesTLS: Bool

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
        guard head.headerFields[.cookie] != nil, FetchMetadata(head).isSameOrigin(publicURL) else { return nil }
        return cookie(for: head, from: peer).secret(in: head.headerFields[values: .cookie])
    }

    /// The kind of cookie for a request.
    func cookie(for head: HTTPRequest, from peer: String) -> SessionCookie {
        isPlainLoopback(head, from: peer) ? .loopback : .hostOnly
    }

    private static func hasBearer(_ head: HTTPRequest) -> Bool {
        head.headerFields[values: .authorization].contains { $0.prefix(6).lowercased() == "bearer" }
    }

    /// True where browser and service talk in clear text on one machine, without a proxy between them.
    private func isPlainLoopback(_ head: HTTPRequest, from peer: String) -> Bool {
        let fields = head.headerFields
        guard !servesTLS, !publicURL.isHTTPS, Self.isLoopback(peer),
            ![HTTPField.Name.forwarded, .forwardedFor, .forwardedProto, .via].contains(where: { fields[$0] != nil })
        else { return false }
        let authority = head.authority ?? ""
        let host =
            authority.hasPrefix("[") ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        return host == "localhost" || host.hasSuffix(".localhost") || Self.isLoopback(String(host))
    }

    private static func isLoopback(_ address: String) -> Bool {
        address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }
}
