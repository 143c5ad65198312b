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

    @OptionGroup var database: DatabaseOption

    func run() async throws {
        let logger = LogLevel.logger(verbose: false)
        let database = database
        try await Interruptible.run {
            try await Database.with(database, for: .writing, logger: logger) { configuration, _ in
                let applied = try await Migrator(logger: logger).migrate(configuration)
                for migration in applied { try StandardOutput.line("applied \(migration.version) \(migration.name)") }
                let count = applied.count == 1 ? "1 migration" : "\(applied.count) migrations"
                try StandardOutput.line(applied.isEmpty ? "the schema is up to date" : "\(count) applied")
            }
        }
    }
}
