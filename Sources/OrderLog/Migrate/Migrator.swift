package import Logging
package import Postgres
package import Schema

/// Brings a database's schema to this version: ordered, each file one transaction, safe to run twice and by many at once.
package struct Migrator: Sendable {
    package enum Failure: Error, CustomStringConvertible, Equatable {
        /// An applied file's text is not what it was.
        case changed(version: Int, name: String)
        /// The database has a migration that this binary does not know.
        case missing(version: Int, name: String)
        /// An older migration was never applied although a newer one was.
        case skipped(version: Int, name: String)

        package var description: String {
            switch self {
            case .changed(let version, let name):
                "migration \(version) (\(name)) was applied with another text; an applied file is never edited"
            case .missing(let version, let name):
                "the database has migration \(version) (\(name)), which this version of waybill does not know; use a newer one"
            case .skipped(let version, let name):
                "migration \(version) (\(name)) was skipped: a later one is applied already"
            }
        }
    }

    private let migrations: [Migration]
    private let logger: Logger

    package init(migrations: [Migration] = Migration.all, logger: Logger) {
        self.migrations = migrations
        self.logger = logger
    }

    /// Applies what is missing.
    ///
    /// - Returns: the migrations applied by this call, none when the schema was up to date.
    /// - Throws: `Failure`, or the database's error, after which the failed file has left no trace.
    @discardableResult
    package func migrate(_ configuration: PostgresConfiguration) async throws -> [Migration] {
        var configuration = configuration
        configuration.applicationName = "waybill migrate"
        let connection = try await PostgresConnection.connect(configuration, logger: logger)
        do {
            let applied = try await migrate(on: connection)
            await connection.close()
            return applied
        } catch {
            await connection.close()
            throw error
        }
    }

    private func migrate(on connection: PostgresConnection) async throws -> [Migration] {
        // Held by the session: others wait here, and a crash lets go of it.
        try await connection.query("select pg_advisory_lock(\(Self.lock))")
        try await connection.executeScript(
            """
            create table if not exists schema_migrations (
                version int primary key, name text not null, checksum text not null,
                applied_at timestamptz not null default clock_timestamp());
            """
        )
        let rows = try await connection.query("select version, name, checksum from schema_migrations order by version")
        let applied = try rows.map { row in
            try (Int(row.get(0, as: Int32.self)), row.get(1, as: String.self), row.get(2, as: String.self))
        }
        let pending = try Self.pending(migrations, applied: applied)
        for migration in pending {
            logger.info("migration", metadata: ["version": "\(migration.version)", "name": "\(migration.name)"])
            try await connection.executeScript("begin;\n\(migration.sql)\n;\(Self.record(migration));commit;")
        }
        try await connection.query("select pg_advisory_unlock(\(Self.lock))")
        return pending
    }

    /// What is to be applied, in order, given what was.
    static func pending(
        _ migrations: [Migration],
        applied: [(version: Int, name: String, checksum: String)]
    ) throws(Failure) -> [Migration] {
        let newest = applied.map(\.version).max() ?? 0
        var known: [Int: String] = [:]
        for row in applied {
            guard migrations.contains(where: { $0.version == row.version }) else {
                throw .missing(version: row.version, name: row.name)
            }
            known[row.version] = row.checksum
        }
        var pending: [Migration] = []
        for migration in migrations {
            if let checksum = known[migration.version] {
                guard checksum == migration.checksum else {
                    throw .changed(version: migration.version, name: migration.name)
                }
            } else {
                guard migration.version > newest else {
                    throw .skipped(version: migration.version, name: migration.name)
                }
                pending.append(migration)
            }
        }
        return pending
    }

    private static func record(_ migration: Migration) -> String {
        "insert into schema_migrations (version, name, checksum) values "
            + "(\(migration.version), '\(migration.name)', '\(migration.checksum)')"
    }

    /// Any constant will do, as long as every version of Waybill uses the same.
    private static let lock: Int64 = 7_766_216_571_108_108
}
