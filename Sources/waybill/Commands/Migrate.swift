import ArgumentParser
import EmbeddedPostgres
import OrderLog
import Postgres
import Schema

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's schema up to date.",
        discussion: "Safe to run twice, and by several processes at once. Each migration is one transaction."
    )

    @OptionGroup var dataDirectory: DataDirectoryOption

    @Option(help: "PostgreSQL to migrate instead of the embedded one: postgres://… [WAYBILL_DATABASE_URL]")
    var databaseUrl: String?

    func run() async throws {
        let logger = Output.logger(verbose: false)
        let url = databaseUrl ?? Environment.text("WAYBILL_DATABASE_URL")
        try await Database.with(url: url, dataDirectory: dataDirectory.path, logger: logger) { configuration, _ in
            let applied = try await Migrator(logger: logger).migrate(configuration)
            for migration in applied { Output.line("applied \(migration.version) \(migration.name)") }
            Output.line(applied.isEmpty ? "the schema is up to date" : "\(applied.count) migrations applied")
        }
    }
}
