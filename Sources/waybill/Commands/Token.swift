import Access
import ArgumentParser
import Foundation

struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a development token, and nothing else.",
        discussion: """
            It is signed with the data directory's development key, which is made on first use and which a service without
            --jwks accepts.
            """
    )

    @Option(help: "backend, customer, staff or operator.")
    var role: String

    @Option(help: "A shop's name, a comma list, or * for all (staff and operator). A customer has exactly one.")
    var shop: String

    @Option(help: "Who the token is for; required for a customer. (default: the role's name)")
    var subject: String?

    @Option(help: "How long it is valid: an integer with s, m, h or d.")
    var ttl = "1h"

    @OptionGroup var dataDirectory: DataDirectoryOption

    func validate() throws { _ = try checked() }

    func run() async throws {
        let (role, shops, ttl) = try checked()
        let key = try DevelopmentKey.loadOrCreate(in: dataDirectory.path)
        let now = Date().timeIntervalSince1970
        Output.line(try await key.sign(role: role, shops: shops, subject: subject, ttl: ttl, now: now))
    }

    private func checked() throws -> (Role, ShopScope, Int) {
        guard let role = Role(rawValue: role) else {
            throw ValidationError("--role is one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard role != .customer || subject != nil else { throw ValidationError("--subject is required for a customer") }
        do {
            let shops = try ShopScope(text: shop)
            _ = try Principal(role: role, subject: subject ?? role.rawValue, shops: shops, expiresAt: 0)
            return (role, shops, try DurationFormat.seconds(ttl))
        } catch let error as AccessError {
            throw ValidationError(error.detail)
        } catch let error as DurationTextError {
            throw ValidationError("--ttl: \(error)")
        }
    }
}
