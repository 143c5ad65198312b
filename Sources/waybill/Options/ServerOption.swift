import ArgumentParser
import Foundation

/// The running service that a command talks to, and the token that it shows there.
struct ServerOption: ParsableArguments {
    @Option(help: "The service. [WAYBILL_URL] (default: http://HOST:PORT from WAYBILL_HOST and WAYBILL_PORT)")
    var url: String?

    @OptionGroup var token: TokenOption

    @OptionGroup var dataDirectory: DataDirectoryOption

    var address: String { url ?? Environment.text("WAYBILL_URL") ?? Self.localAddress }

    func validate() throws {
        if let url { return try Self.check(url, named: "--url") }
        if let address = Environment.text("WAYBILL_URL") { return try Self.check(address, named: "WAYBILL_URL") }
        if let port = Environment.text("WAYBILL_PORT"), UInt16(port) == nil {
            throw ValidationError("WAYBILL_PORT must be a number from 0 to 65535, not “\(TerminalText.plain(port))”.")
        }
        try Self.check(Self.localAddress, named: "WAYBILL_HOST")
    }

    /// - Throws: `ValidationError` for what is not a URL of HTTP.
    static func check(_ address: String, named name: String) throws {
        let parts = URLComponents(string: address)
        guard ["http", "https"].contains(parts?.scheme ?? ""), parts?.host?.isEmpty == false else {
            let shown = TerminalText.plain(address)
            throw ValidationError("\(name) must be an http or https URL such as http://127.0.0.1:8080, not “\(shown)”.")
        }
    }

    private static var localAddress: String {
        let port = Environment.text("WAYBILL_PORT").flatMap(Int.init) ?? 8080
        return ServiceOptions.address(Environment.text("WAYBILL_HOST") ?? "127.0.0.1", port, "http")
    }
}
