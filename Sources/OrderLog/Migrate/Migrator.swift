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
        /// The schema is older than this version of Waybill, and the login may not change it.
        case needsAdministrator(login: String)
        /// The login may not read which migrations the database has, since it lacks the writer's role.
        case unreadable(login: String, writer: String)
        /// No schema of the search path exists.
        case noSchema
        /// The database's encoding is not UTF-8.
        case otherEncoding(String)
        /// The owner of the log has a name that cannot stand in the SQL of a script.
        case unusableOwner(String)

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
            case .needsAdministrator(let login):
                """
                the login \(login) may not bring the database's schema up to date: run `waybill migrate` as the owner \
                of the database, or give an administrator the output of `waybill migrate --print-sql`
                """
            case .unreadable(let login, let writer):
                """
                the login \(login) lacks the role of the service: run `grant \(writer.quotedIdentifier) to \
                \(login.quotedIdentifier)` as an administrator of the database
                """
            case .otherEncoding(let encoding):
                """
                the database's encoding is \(encoding), and Waybill needs UTF8: make another by `create database … \
                encoding 'UTF8' locale 'C' template template0`
                """
            case .unusableOwner(let owner):
                """
                the log belongs to the role \(owner.quotedIdentifier), whose name has quotation marks or control \
                characters: rename it by `alter role … rename to …` first
                """
            case .noSchema: "no schema in the login's search_path exists: make one, or change the search_path"
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
        try await withConnection(configuration) { try await migrate(on: $0) }
    }

    /// The SQL that an administrator runs for a login that may not migrate: the roles, the missing migrations and their
    /// records, as a script for `psql`. Changes nothing.
    ///
    /// - Throws: as `migrate`.
    package func script(for configuration: PostgresConfiguration) async throws -> String {
        try await withConnection(configuration) { connection in
            let facts = try await LoginFacts.read(on: connection)
            let roles = facts.administratorsRoles
            let pending = try await pending(on: connection, facts: facts, roles: roles)
            let scripts = pending.map { migration in
                "-- \(migration.version) \(migration.name)\n"
                    + Self.script(migration, roles: roles, login: facts.login)
            }
            guard LogRoles.isPlain(roles.owner) else { throw Failure.unusableOwner(roles.owner) }
            // No names in comments: one with a line break would end the comment.
            let head = """
                -- Brings the schema of one database up to date. Run it by psql, connected to that database as a superuser,
                -- or as its owner with createrole, who becomes a member of both roles. The login of the service gets the
                -- writer's role alone; a login that is granted the owner's too brings the schema up to date by itself.
                \\set ON_ERROR_STOP on
                set search_path = \(facts.schema.quotedIdentifier);
                select pg_advisory_lock(\(Self.lock));
                """
            let prelude = roles.naming(Migration.rolesPrelude, login: facts.login)
            let end = """
                select pg_advisory_unlock(\(Self.lock));
                -- Indexes of large tables, one after another, while the service runs.
                select step from index_steps() \\gexec
                """
            return ([head, prelude] + scripts + [end]).joined(separator: "\n")
        }
    }

    private func withConnection<R>(
        _ configuration: PostgresConfiguration,
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        var configuration = configuration
        configuration.applicationName = "waybill migrate"
        configuration.requestTimeout = Self.queryTimeout
        return try await PostgresConnection.with(configuration, logger: logger, body)
    }

    private func migrate(on connection: PostgresConnection) async throws -> [Migration] {
        try await acquireMigrationLock(on: connection)
        let facts = try await LoginFacts.read(on: connection)
        let (roles, mayMigrate) = facts.chosenRoles
        let pending = try await pending(on: connection, facts: facts, roles: roles)
        if mayMigrate {
            try await run(roles.naming(Migration.rolesPrelude, login: facts.login), on: connection)
            if roles.areOne {
                logger.notice(
                    "the database has no roles of Waybill's own; the service works as the owner of its tables",
                    metadata: ["owner": "\(roles.owner)"]
                )
            }
        } else if !pending.isEmpty {
            throw Failure.needsAdministrator(login: facts.login)
        }
        for migration in pending {
            logger.info(
                "applying a migration",
                metadata: ["version": "\(migration.version)", "name": "\(migration.name)"]
            )
            try await apply(Self.script(migration, roles: roles, login: facts.login), on: connection)
        }
        try await connection.query("select pg_advisory_unlock(\(Self.lock))")
        return pending
    }

    /// Waits until no other process migrates. The lock is the session's: a crash releases it.
    private func acquireMigrationLock(on connection: PostgresConnection) async throws {
        if try await triesMigrationLock(on: connection) { return }
        logger.notice("another process brings the schema up to date; waiting until it has ended")
        // Asked again and again, so that a server that is gone is noticed however long the other one takes.
        repeat { try await Task.sleep(for: .milliseconds(200)) } while try await !triesMigrationLock(on: connection)
    }

    private func triesMigrationLock(on connection: PostgresConnection) async throws -> Bool {
        try await connection.query("select pg_try_advisory_lock(\(Self.lock))")[0].get(0, as: Bool.self)
    }

    /// Runs a migration's transaction, which waits half a second at most for a table, since all other statements queue
    /// behind one that waits. Where another session, such as a dump, keeps the table, the transaction is tried
    /// again until that session has ended.
    private func apply(_ script: String, on connection: PostgresConnection) async throws {
        try await connection.query("set lock_timeout = '500ms'")
        var isSaid = false
        while true {
            do {
                try await run(script, on: connection)
                break
            } catch let error as PostgresError where error.sqlState == "55P03" {
                try await connection.query("rollback")
                if !isSaid {
                    logger.notice(
                        """
                        another session, such as a dump, uses a table that the migration changes; trying again until \
                        that session has ended, while other processes go on
                        """
                    )
                }
                isSaid = true
                try await Task.sleep(for: .milliseconds(Int.random(in: 1000...2000)))
            }
        }
        try await connection.query("reset lock_timeout")
    }

    /// Runs a script. Its text is logged at debug level alone where it fails.
    private func run(_ script: String, on connection: PostgresConnection) async throws {
        do {
            try await connection.executeScript(script, timeout: Self.scriptTimeout)
        } catch {
            logger.debug("a script of the schema failed", metadata: ["sql": "\(script)"])
            var error = error
            error.sql = nil
            throw error
        }
    }

    /// The migrations that the database lacks. A login that does not inherit the writer's privileges acts as the writer
    /// to read them.
    private func pending(
        on connection: PostgresConnection,
        facts: LoginFacts,
        roles: LogRoles
    ) async throws -> [Migration] {
        guard facts.hasMigrations else { return migrations }
        let actsAsWriter = !facts.readsMigrations
        if actsAsWriter {
            guard facts.roles[roles.writer]?.canBeSet == true else {
                throw Failure.unreadable(login: facts.login, writer: roles.writer)
            }
            try await connection.query("select set_config('role', $1, false)", [roles.writer])
        }
        let rows: PostgresResult
        do {
            rows = try await connection.query(
                "select version, name, checksum from schema_migrations order by version"
            )
        } catch  where error.sqlState == "42501" {
            throw Failure.unreadable(login: facts.login, writer: roles.writer)
        }
        if actsAsWriter { try await connection.query("reset role") }
        let applied = try rows.map { row in
            try (
                version: Int(row.get("version", as: Int32.self)), name: row.get("name", as: String.self),
                checksum: row.get("checksum", as: String.self)
            )
        }
        return try Self.pending(migrations, applied: applied)
    }

    /// One migration and its record, as one transaction.
    private static func script(_ migration: Migration, roles: LogRoles, login: String) -> String {
        let sql = migration.isDoneByPrelude ? "" : roles.naming(migration.sql, login: login)
        return "begin;\n\(sql)\n;\(record(migration));commit;\n"
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

    /// The time without an answer to a question after which the connection is closed.
    private static let queryTimeout = LogConnection.requestTimeout
    /// The time for one migration, which may build an index of a long log.
    private static let scriptTimeout: Duration = .seconds(6 * 3600)

    /// The key of the advisory lock: any constant that every version of Waybill shares.
    private static let lock: Int64 = 7_766_216_571_108_108
}
