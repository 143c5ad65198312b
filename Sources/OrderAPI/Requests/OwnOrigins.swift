/// The origins (RFC 6454) of the service's own pages, for one request.
struct OwnOrigins: Sendable {
    /// Each in lower case, without its scheme's usual port.
    private let origins: Set<String>

    /// - Parameters:
    ///   - publicURL: the service's address as clients see it, where a proxy replaces the request's own.
    ///   - authority: the request's host and port.
    ///   - isSecure: tells whether the client's connection is TLS.
    init(publicURL: PublicURL, authority: String?, isSecure: Bool) {
        var origins: Set<String> = []
        if let own = Self.origin(of: publicURL.text) { origins.insert(own) }
        if let authority, let own = Self.origin(of: "\(isSecure ? "https" : "http")://\(authority)") {
            origins.insert(own)
        }
        self.origins = origins
    }

    /// Tells whether a URL is one of an own page. Scheme, host and port count.
    func contains(_ url: String) -> Bool { Self.origin(of: url).map(origins.contains) ?? false }

    /// - Returns: nil for a text that is no URL of HTTP.
    private static func origin(of url: String) -> String? {
        let url = url.lowercased()
        for (scheme, port) in [("https://", ":443"), ("http://", ":80")] where url.hasPrefix(scheme) {
            let authority = url.dropFirst(scheme.count).prefix { $0 != "/" }
            guard !authority.isEmpty else { return nil }
            return scheme + (authority.hasSuffix(port) ? authority.dropLast(port.count) : authority)
        }
        return nil
    }
}
