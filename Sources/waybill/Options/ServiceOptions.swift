import Access
import ArgumentParser
import Foundation
import HTTPTransport

/// The options that `serve` and `demo` have in common.
struct ServiceOptions: ParsableArguments {
    @Option(help: "Address to listen on. [WAYBILL_HOST] (default: 127.0.0.1)")
    var host: String?

    @Option(help: "Port to listen on, 0 for any free one. [WAYBILL_PORT] (default: 8080)")
    var port: Int?

    @OptionGroup var database: DatabaseOption

    @OptionGroup var streams: StreamSettingsOptions

    @Option(help: "Where clients reach this service, for links. [WAYBILL_PUBLIC_URL] (default: http[s]://HOST:PORT)")
    var publicUrl: String?

    @Option(
        help: """
            Keys that verify tokens: a JWKS file, an https URL, or an http URL of this machine. [WAYBILL_JWKS] (default: the \
            development key)
            """
    )
    var jwks: String?

    @Option(
        help: """
            Origins whose pages may use the API, as ORIGIN[,…] such as https://shop.example, or * for all. \
            [WAYBILL_CORS_ORIGIN] (default: none)
            """
    )
    var corsOrigin: String?

    @Option(help: "The iss that tokens of --jwks must have, letter by letter. [WAYBILL_ISSUER] (default: any)")
    var issuer: String?

    @Flag(
        help: """
            Accept tokens of the development key also on an address that other machines reach; never beside --jwks. \
            [WAYBILL_DEVELOPMENT_KEY=true]
            """
    )
    var developmentKey = false

    @Option(
        help: """
            Proxies whose Forwarded and X-Forwarded-For name the client: addresses and networks (CIDR), joined by commas. \
            [WAYBILL_TRUSTED_PROXY]
            """
    )
    var trustedProxy: String?

    var resolvedHost: String { host ?? Environment.text("WAYBILL_HOST") ?? "127.0.0.1" }
    var resolvedJWKS: String? { jwks ?? Environment.text("WAYBILL_JWKS") }

    var resolvedIssuer: String? { issuer ?? Environment.text("WAYBILL_ISSUER") }

    func acceptsDevelopmentKey() throws -> Bool { try developmentKey || Environment.flag("WAYBILL_DEVELOPMENT_KEY") }

    func trustedProxies() throws -> TrustedProxies {
        guard let text = trustedProxy ?? Environment.text("WAYBILL_TRUSTED_PROXY") else { return TrustedProxies() }
        guard let proxies = TrustedProxies(text: text) else {
            throw ValidationError(
                "\(trustedProxy == nil ? "WAYBILL_TRUSTED_PROXY" : "--trusted-proxy") is a list of addresses or networks, "
                    + "such as 10.0.0.0/8,fd00::/8, not “\(TerminalText.plain(text))”."
            )
        }
        return proxies
    }

    func resolvedPort() throws -> Int {
        if let port { return try Self.checked(port, named: "--port") }
        guard let text = Environment.text("WAYBILL_PORT") else { return 8080 }
        guard let number = Int(text) else {
            throw ValidationError("WAYBILL_PORT must be a number from 0 to 65535, not “\(TerminalText.plain(text))”.")
        }
        return try Self.checked(number, named: "WAYBILL_PORT")
    }

    func resolvedPublicURL(port: Int, _ scheme: String) -> String {
        let url = publicUrl ?? Environment.text("WAYBILL_PUBLIC_URL") ?? Self.address(resolvedHost, port, scheme)
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// The origins whose pages may use the API; nil for none.
    func resolvedCrossOrigins() throws -> CrossOriginPolicy.Origins? {
        let name = corsOrigin == nil ? "WAYBILL_CORS_ORIGIN" : "--cors-origin"
        return try (corsOrigin ?? Environment.text("WAYBILL_CORS_ORIGIN")).map { try OriginList.parse($0, named: name) }
    }

    func validate() throws {
        // An empty variable is an absent one; an empty flag is more likely a variable of a script that is not set.
        let flags = [
            ("--host", host), ("--public-url", publicUrl), ("--jwks", jwks), ("--cors-origin", corsOrigin),
            ("--issuer", issuer), ("--trusted-proxy", trustedProxy),
        ]
        for (name, value) in flags where value?.isEmpty == true {
            throw ValidationError("\(name) is empty: give a value, or leave the flag out.")
        }
        _ = try resolvedPort()
        _ = try resolvedCrossOrigins()
        _ = try acceptsDevelopmentKey()
        _ = try trustedProxies()
        if let jwks = resolvedJWKS, jwks.contains("://") {
            try Self.check(jwks: jwks, named: jwks == self.jwks ? "--jwks" : "WAYBILL_JWKS")
        }
        if let url = publicUrl ?? Environment.text("WAYBILL_PUBLIC_URL") {
            try ServerOption.check(url, named: publicUrl == nil ? "WAYBILL_PUBLIC_URL" : "--public-url")
        }
    }

    /// - Throws: `ValidationError` where everybody who can reach the address could be accepted by the development key.
    func requireKeys(on address: ListeningAddress) throws {
        guard resolvedJWKS == nil, try !acceptsDevelopmentKey(), !ListeningAddress.isLoopback(address.host) else {
            return
        }
        throw ValidationError(
            "Other machines can reach \(TerminalText.plain(address.host)): give --jwks, the keys that verify tokens. For a "
                + "trial, --development-key accepts tokens of the data directory's development key there too."
        )
    }

    private static func check(jwks: String, named name: String) throws {
        try ServerOption.check(jwks, named: name)
        let parts = URLComponents(string: jwks)
        guard parts?.scheme != "https", !ListeningAddress.isLoopback(parts?.host ?? "") else { return }
        throw ValidationError(
            "\(name) must be an https URL: over http, everybody on the way could answer with keys of their own. Only "
                + "this machine may be asked over http."
        )
    }

    /// A URL of the address. A literal IPv6 address needs brackets; the wildcard addresses are no place to connect to.
    static func address(_ host: String, _ port: Int, _ scheme: String) -> String {
        let reachable = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
        return "\(scheme)://\(reachable.contains(":") ? "[\(reachable)]" : reachable):\(port)"
    }

    private static func checked(_ port: Int, named name: String) throws -> Int {
        guard (0...65535).contains(port) else { throw ValidationError("\(name) must be from 0 to 65535, not \(port).") }
        return port
    }
}
