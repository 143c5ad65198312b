import Access
import ArgumentParser
import EmbeddedPostgres
import Foundation
import Logging
import OrderLog
import Postgres

/// The log that a command reads, over HTTP or straight from its database.
struct LogOptions: ParsableArguments {
    static let discussion = """
        Reads over HTTP where --url says so, as staff of all shops; that is the way while a service runs on an embedded \
        database, which one process holds. Otherwise reads straight from the database: that of --database-url, beside \
        whatever uses it, or else the data directory's embedded one, started for the purpose.
        """

    @Option(help: "A running service to read from. [WAYBILL_URL]")
    var url: String?

    @OptionGroup var authorities: AuthoritiesOption

    @OptionGroup var token: TokenOption

    @OptionGroup var database: DatabaseOption

    func validate() throws {
        if url != nil, database.isFlagGiven {
            throw ValidationError("--url and --database-url are two logs: give one.")
        }
        if let service { try ServerOption.check(service, named: url == nil ? "WAYBILL_URL" : "--url") }
    }

    /// The service to read from, nil for the database. A flag wins over the environment, and the service over its
    /// database.
    private var service: String? {
        url ?? (!database.isFlagGiven ? Environment.text("WAYBILL_URL") : nil)
    }

    /// Gives the log to the one closure or the other.
    func with(
        service overHTTP: @escaping @Sendable (APIClient) async throws -> Void,
        database direct: @escaping @Sendable (PostgresConnection) async throws -> Void
    ) async throws {
        if let service {
            let token = if let given = try token.given() { given } else { try await staffToken() }
            let tls = try authorities.tls()
            return try await Interruptible.run {
                try await APIClient.with(url: service, token: token, tls: tls, overHTTP)
            }
        }
        do {
            try await Database.withLog(database, for: .reading, direct)
        } catch let error as EmbeddedPostgresError where error.code == .directoryLocked {
            let path = database.dataDirectory.path
            throw CommandFailure("another process uses \(path): where it is a service, give its --url to read from it")
        }
    }

    private func staffToken() async throws -> String {
        try await database.dataDirectory.existingKey()
            .sign(role: .staff, shops: .all, subject: "log", ttl: 86_400, now: Date().timeIntervalSince1970)
    }
}
