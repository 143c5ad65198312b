package import Logging
package import Postgres
package import Schema

/// Migrates a database's schema to this version of Waybill. Files are applied in order, each in a transaction of its
/// own; running twice, or in several processes at once, is safe.
package struct Migrator: Sendable {
    package enum Failure: Error, CustomStringConvertible, Equatable {
        /// The text of an applied file has changed.
        case changed(version: Int, name: String)
        /// The database has a migration that this version of Waybill does not know.
        case missing(version: Int, name: String)
        /// A newer migration was applied before this one.
        case skipped(version: Int, name: String)

        package var description: String {
            switch self {
            case .changed(let version, let name):
                """
                migration \(version) (\(name)) was applied with another text: this build of waybill does not belong to \
                this database; use the version that wrote it, or a newer one
                """
            case .missing(let version, let name):
                """
                the database has migration \(version) (\(name)), which this version of waybill does not know; use a \
                newer one
                """
            case .skipped(let version, let name):
                """
                migration \(version) (\(name)) is missing in the database, but a later one is applied: the database \
                was not written by a released version; restore it from a backup
                """
            }
        }
    }

    private let migrations: [Migration]
    private let logger: Logger

    package init(migrations: [Migration] = Migration.all, logger: Logger) {
        self.migrations = migrations
        self.logger = logger
    }

    /// Applies the missing migrations.
    ///
    /// - Returns: the migrations that this call applied; none when the schema was up to date.
    /// - Throws: `Failure`, or the database's error; then the failed file is rolled back.
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
        // Held by the session: other processes wait here, and a crash releases it.
        try await connection.query("select pg_advisory_lock(\(Self.lock))")
        try await connection.executeScript(
            """
            create table if not exists schema_migrations (
                version int primary key, name text not null, checksum text not null,
                applied_at timestamptz not null default clock_timestamp());
            """
        )
        let rows = try await connection.query(
            "select version, name, checksum from schema_migrations order by version"
        )
        let applied = try rows.map { row in
            try (
                version: Int(row.get("version", as: Int32.self)), name: row.get("name", as: String.self),
                checksum: row.get("checksum", as: String.self)
            )
        }
        let pending = try Self.pending(migrations, applied: applied)
        for migration in pending {
            logger.info(
                "applying a migration",
                metadata: ["version": "\(migration.version)", "name": "\(migration.name)"]
            )
            try await connection.executeScript("begin;\n\(migration.sql)\n;\(Self.record(migration));commit;")
        }
        try await connection.query("select pg_advisory_unlock(\(Self.lock))")
        return pending
    }

    /// The migrations to apply, in order.
    ///
    /// - Parameter applied: the migrations that the database has.
    /// - Throws: `Failure` where the two do not fit together.
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

    /// The key of the advisory lock: any constant that every version of Waybill shares.
    private static let lock: Int64 = 7_766_216_571_108_108
}
