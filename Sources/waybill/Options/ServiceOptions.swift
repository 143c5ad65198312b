import ArgumentParser
import Foundation

/// What `serve` and `demo` have in common.
struct ServiceOptions: ParsableArguments {
    @Option(help: "Address to listen on. [WAYBILL_HOST] (default: 127.0.0.1)")
    var host: String?

    @Option(help: "Port to listen on. [WAYBILL_PORT] (default: 8080)")
    var port: Int?

    @OptionGroup var dataDirectory: DataDirectoryOption

    @Option(help: "PostgreSQL to use instead of an embedded one: postgres://… [WAYBILL_DATABASE_URL]")
    var databaseUrl: String?

    @Option(
        help: "Where clients reach this service, for links. [WAYBILL_PUBLIC_URL] (default: http[s]://HOST:PORT)"
    )
    var publicUrl: String?

    @Option(
        help: "Keys that verify tokens: a JWKS file or an http(s) URL. [WAYBILL_JWKS] (default: the development key)"
    )
    var jwks: String?

    var resolvedHost: String { host ?? Environment.text("WAYBILL_HOST") ?? "127.0.0.1" }
    var resolvedDatabaseURL: String? { databaseUrl ?? Environment.text("WAYBILL_DATABASE_URL") }
    var resolvedJWKS: String? { jwks ?? Environment.text("WAYBILL_JWKS") }

    func resolvedPort() throws -> Int {
        let fromEnvironment = try Environment.text("WAYBILL_PORT").map(Self.number)
        guard let port = port ?? fromEnvironment else { return 8080 }
        guard (0...65535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
        return port
    }

    func resolvedPublicURL(port: Int, _ scheme: String) -> String {
        let url = publicUrl ?? Environment.text("WAYBILL_PUBLIC_URL") ?? Self.address(resolvedHost, port, scheme)
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    func validate() throws {
        _ = try resolvedPort()
        if let url = publicUrl ?? Environment.text("WAYBILL_PUBLIC_URL"),
            URL(string: url)?.scheme?.hasPrefix("http") != true
        {
            throw ValidationError("--public-url must be an http or https URL")
        }
    }

    /// A literal IPv6 address needs brackets in a URL; the wildcard addresses are no place to connect to.
    static func address(_ host: String, _ port: Int, _ scheme: String) -> String {
        let reachable = host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host
        return "\(scheme)://\(reachable.contains(":") ? "[\(reachable)]" : reachable):\(port)"
    }

    private static func number(_ text: String) throws -> Int {
        guard let number = Int(text) else { throw ValidationError("WAYBILL_PORT is not a number: \(text)") }
        return number
    }
}
