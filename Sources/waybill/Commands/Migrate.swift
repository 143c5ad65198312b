import ArgumentParser
import EmbeddedPostgres
import Logging
import OrderLog
import Postgres
import Schema

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database's schema up to date.",
        discussion: """
            Safe to run twice, and by several processes at once. Each migration is one transaction. Indexes of large \
            tables are made afterwards, one after another, while other processes serve. With --print-sql nothing is \
            changed: an administrator runs the SQL where the login of the service may not.
            """
    )

    @OptionGroup var database: DatabaseOption

    @Flag(
        name: .customLong("print-sql"),
        help: "Print the SQL for the roles and the missing migrations instead of running it; needs --database-url."
    )
    var printsSQL = false

    func validate() throws {
        if printsSQL, try database.url() == nil {
            throw ValidationError("--print-sql needs --database-url: it prints what is missing in that database.")
        }
    }

    func run() async throws {
        // Notices tell of locks that it waits for and of work that is left: neither is a failure.
        let logger = LogLevel.logger(verbose: false, quietLevel: .notice)
        let (database, printsSQL) = (database, printsSQL)
        try await Interruptible.run {
            try await Database.with(database, for: .writing, logger: logger) { configuration, _ in
                if printsSQL {
                    return try await StandardOutput.line(Migrator(logger: logger).script(for: configuration))
                }
                let applied = try await Migrator(logger: logger).migrate(configuration)
                for migration in applied { try StandardOutput.line("applied \(migration.version) \(migration.name)") }
                let count = applied.count == 1 ? "1 migration" : "\(applied.count) migrations"
                try StandardOutput.line(applied.isEmpty ? "the schema is up to date" : "\(count) applied")
                let steps: [String]?
                do {
                    steps = try await IndexBuilder(configuration: configuration, logger: logger).build()
                } catch let error where Self.leavesIndexesAlone(error) {
                    // The schema is up to date, and the service works without.
                    return logger.warning(
                        "making indexes failed; the service goes on without and tries again: see to the error",
                        metadata: ["error": "\(error)"]
                    )
                }
                guard let steps else { return try StandardOutput.line("another process makes the indexes") }
                if !steps.isEmpty { try StandardOutput.line("the indexes are made") }
            }
        }
    }

    /// True where the server refused a step, or the steps come to no end.
    private static func leavesIndexesAlone(_ error: any Error) -> Bool {
        (error as? PostgresError)?.sqlState != nil || error is IndexBuilder.NoProgress
    }
}
