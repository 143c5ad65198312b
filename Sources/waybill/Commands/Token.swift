import Access
import ArgumentParser
import Foundation

struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a development token, and nothing else.",
        discussion: """
            The token is signed with the data directory's development key, which is made on first use and which a service \
            without --jwks accepts: on loopback, elsewhere with --development-key.
            """
    )

    @Option(help: "backend, customer, staff or operator.")
    var role: String

    @Option(help: "A shop's name, a comma list, or * for all (staff and operator). A customer has exactly one.")
    var shop: String

    @Option(help: "The user that the token is for; required for a customer. (default: the role's name)")
    var subject: String?

    @Option(help: "How long it is valid: an integer with s, m, h or d.")
    var ttl = "1h"

    @OptionGroup var dataDirectory: DataDirectoryOption

    func validate() throws { _ = try checked() }

    func run() async throws {
        let (role, shops, ttl) = try checked()
        let key = try DevelopmentKey.loadOrCreate(in: dataDirectory.path)
        let now = Date().timeIntervalSince1970
        try StandardOutput.line(try await key.sign(role: role, shops: shops, subject: subject, ttl: ttl, now: now))
    }

    private func checked() throws -> (Role, ShopScope, Int) {
        guard let role = Role(rawValue: role) else {
            let all = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--role is one of \(all), not “\(TerminalText.plain(role))”.")
        }
        guard role != .customer || subject != nil else {
            throw ValidationError("--subject is required for a customer: the customer's name in its orders.")
        }
        do {
            let shops = try ShopScope(text: shop)
            _ = try Principal(role: role, subject: subject ?? role.rawValue, shops: shops, expiresAt: 0)
            return (role, shops, try DurationFormat.seconds(ttl))
        } catch AccessError.invalidClaims(let reason) {
            throw ValidationError("--shop or --subject does not fit: \(reason).")
        } catch let error as DurationTextError {
            throw ValidationError("--ttl: \(error).")
        }
    }
}
