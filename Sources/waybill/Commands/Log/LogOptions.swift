import Access
import ArgumentParser
import Foundation
import Logging
import OrderLog
import Postgres

/// Which log a command works on, where it can be read over HTTP as well as straight from its database.
struct LogOptions: ParsableArguments {
    static let discussion = """
        Reads over HTTP where --url says so, as staff of all shops; that is the way while a service runs on an embedded database,
        which one process holds. Otherwise reads straight from the database: that of --database-url, beside whatever uses it, or
        else the data directory's embedded one, started for the purpose.
        """

    @Option(help: "A running service to read from. [WAYBILL_URL]")
    var url: String?

    @Option(help: "A staff token for --url. [WAYBILL_TOKEN] (default: one for all shops, by the development key)")
    var token: String?

    @OptionGroup var dataDirectory: DataDirectoryOption

    @Option(help: "PostgreSQL to read from: postgres://… [WAYBILL_DATABASE_URL]")
    var databaseUrl: String?

    func validate() throws {
        if url != nil, databaseUrl != nil { throw ValidationError("--url and --database-url are two logs; give one") }
    }

    /// A flag wins over the environment, and the service over its database.
    private var service: String? {
        url ?? (databaseUrl == nil ? Environment.text("WAYBILL_URL") : nil)
    }

    /// Gives the log to the one closure or the other.
    func with(
        service overHTTP: (APIClient) async throws -> Void,
        database direct: (PostgresConnection) async throws -> Void
    ) async throws {
        if let service {
            let token = if let given = token ?? Environment.text("WAYBILL_TOKEN") { given } else { try await staff() }
            return try await APIClient.with(url: service, token: token, overHTTP)
        }
        try await Database.withLog(url: databaseUrl, dataDirectory: dataDirectory, direct)
    }

    private func staff() async throws -> String {
        try await DevelopmentKey.loadOrCreate(in: dataDirectory.path)
            .sign(role: .staff, shops: .all, subject: "log", ttl: 86_400, now: Date().timeIntervalSince1970)
    }
}

extension Database {
    /// One connection to the log's database, acting as the service does, for as long as `body` runs.
    static func withLog(
        url: String?,
        dataDirectory: DataDirectoryOption,
        migrating: Bool = false,
        _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        let logger = Output.logger(verbose: false)
        let url = url ?? Environment.text("WAYBILL_DATABASE_URL")
        try await with(url: url, dataDirectory: dataDirectory.path, logger: logger) { database, _ in
            if migrating { try await Migrator(logger: logger).migrate(database) }
            var configuration = database
            configuration.applicationName = "waybill log"
            configuration.serverSettings.merge(LogConnection.settings) { $1 }
            let connection = try await PostgresConnection.connect(configuration, logger: logger)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(connection))
            } catch {
                result = .failure(error)
            }
            await connection.close()
            try result.get()
        }
    }
}
