package import Logging
package import Postgres
package import Schema

/// Migrates a database's schema to this version of Waybill. Files are applied in order, each in a transaction of its
/// own; running twice, or in several processes at once, is safe.
package struct Migrator: Sendable {
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
            var pending: [Migration]?
            do {
                pending = try await self.pending(on: connection, facts: facts, roles: roles)
            } catch Failure.unreadable {
                // The script looks by itself.
            }
            guard LogRoles.isPlain(roles.owner) else { throw Failure.unusableOwner(roles.owner) }
            return MigrationScript(roles: roles, login: facts.login).printed(
                pending ?? migrations,
                looksByItself: pending == nil,
                schema: facts.schema,
                lock: Self.lock
            )
        }
    }

    /// Makes sure that the schema is current, for a process that does not change it.
    ///
    /// - Throws: `Failure.outdated`, or as `missing`.
    package func requireCurrent(_ configuration: PostgresConfiguration) async throws {
        do {
            guard try await missing(in: configuration).isEmpty else { throw Failure.outdated }
        } catch Failure.needsAdministrator {
            throw Failure.outdated
        }
    }

    /// The migrations that the database lacks. Changes nothing, and waits for no process that migrates.
    ///
    /// - Throws: `Failure` where this version does not fit the database, or the login may not use the log.
    package func missing(in configuration: PostgresConfiguration) async throws -> [Migration] {
        try await withConnection(configuration) { connection in
            let facts = try await LoginFacts.read(on: connection)
            let (roles, mayMigrate) = facts.chosenRoles
            let missing = try await pending(on: connection, facts: facts, roles: roles)
            guard missing.isEmpty else {
                if mayMigrate { return missing }
                throw Failure.needsAdministrator(login: facts.login)
            }
            try await requirePrivileges(of: MigrationScript(roles: roles, login: facts.login), on: connection)
            return []
        }
    }

    private func withConnection<R>(
        _ configuration: PostgresConfiguration,
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        var configuration = configuration
        configuration.applicationName = "waybill migrate"
        configuration.requestTimeout = Self.queryTimeout
        // Its own statements say what they skip.
        configuration.serverSettings["client_min_messages"] = "warning"
        configuration.serverSettings.merge(Self.sessionSettings) { $1 }
        return try await PostgresConnection.with(configuration, logger: logger, body)
    }

    private func migrate(on connection: PostgresConnection) async throws -> [Migration] {
        try await acquireMigrationLock(on: connection)
        var facts = try await LoginFacts.read(on: connection)
        let (roles, mayMigrate) = facts.chosenRoles
        let script = MigrationScript(roles: roles, login: facts.login)
        if mayMigrate {
            try await run(script.prelude, on: connection)
            try await grantMissing(of: script, on: connection)
            facts = try await LoginFacts.read(on: connection)
            if roles.areOne {
                logger.notice(
                    "the database has no roles of Waybill's own; the service works as the owner of its tables",
                    metadata: ["owner": "\(roles.owner)"]
                )
            }
        } else if facts.logOwner != nil {
            if facts.logBelongsToAdministrator, facts.roles[roles.writer]?.canBeSet != true {
                throw Failure.ownedByAdministrator(login: facts.login, owner: roles.owner)
            }
            try await requirePrivileges(of: script, on: connection)
        }
        let pending = try await pending(on: connection, facts: facts, roles: roles)
        if !mayMigrate, !pending.isEmpty { throw Failure.needsAdministrator(login: facts.login) }
        try await apply(pending, by: script, on: connection)
        try await connection.query("select pg_advisory_unlock(\(Self.lock))")
        return pending
    }

    /// Gives the roles what they lack, as far as the login may.
    private func grantMissing(of script: MigrationScript, on connection: PostgresConnection) async throws {
        let objects = try await connection.query(
            "select distinct object from (\(script.missingPrivileges)) missing where may_run"
        ).map { try $0.get("object", as: String.self) }
        if !objects.isEmpty {
            try await run(script.grants("not locks"), on: connection)
            try await changeOwners(by: script, on: connection)
            // A new database's first table is the prelude's.
            if objects != ["schema_migrations"] {
                logger.notice(
                    "the roles of the log lacked privileges, as after a restore without them; granted them again",
                    metadata: ["objects": "\(objects.sorted().joined(separator: ", "))"]
                )
            }
        }
        try await requirePrivileges(of: script, on: connection)
    }

    /// Gives the tables to their owner, unless another session uses one: the service works without.
    private func changeOwners(by script: MigrationScript, on connection: PostgresConnection) async throws {
        try await connection.query("set lock_timeout = '500ms'")
        do {
            try await run(script.grants("locks"), on: connection)
        } catch let error as PostgresError where error.sqlState == "55P03" {
            try await connection.query("rollback")
            logger.notice(
                """
                another session, such as a dump, uses a table of the log: the tables get their owner with the next start \
                or `waybill migrate`, and the service works without
                """
            )
        }
        try await connection.query("reset lock_timeout")
    }

    /// Makes sure that the writer may use the log.
    ///
    /// - Throws: `Failure.lacksPrivileges`.
    private func requirePrivileges(of script: MigrationScript, on connection: PostgresConnection) async throws {
        let needed = try await connection.query(
            "select object from (\(script.missingPrivileges)) missing where is_needed limit 1"
        )
        guard let row = needed.first else { return }
        throw Failure.lacksPrivileges(
            login: script.login,
            owner: script.roles.owner,
            writer: script.roles.writer,
            object: try row.get("object", as: String.self)
        )
    }

    /// Applies the migrations, and tells their number and time in one line.
    private func apply(
        _ pending: [Migration],
        by script: MigrationScript,
        on connection: PostgresConnection
    ) async throws {
        guard let first = pending.first, let last = pending.last else { return }
        let began = ContinuousClock.now
        for migration in pending {
            let name: Logger.Metadata = ["version": "\(migration.version)", "name": "\(migration.name)"]
            logger.debug("applying a migration", metadata: name)
            let note = Task {
                try await Task.sleep(for: Self.longMigration)
                logger.info("a migration takes long; it goes on", metadata: name)
            }
            defer { note.cancel() }
            try await run(transaction: script.transaction(migration), on: connection)
        }
        let milliseconds = Int((ContinuousClock.now - began) / .milliseconds(1))
        logger.info(
            "the schema is up to date: migrations applied",
            metadata: [
                "count": "\(pending.count)", "first": "\(first.version)", "last": "\(last.version)",
                "milliseconds": "\(milliseconds)",
            ]
        )
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

    /// Runs a transaction, which waits half a second at most for a table, since all other statements queue
    /// behind one that waits. Where another session, such as a dump, keeps the table, the transaction is tried
    /// again until that session has ended.
    private func run(transaction script: String, on connection: PostgresConnection) async throws {
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
                        another session, such as a dump, uses a table that is to be changed; trying again until \
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

    /// The time without an answer to a question after which the connection is closed.
    private static let queryTimeout = LogConnection.requestTimeout
    /// The time for one migration, which may build an index of a long log.
    private static let scriptTimeout: Duration = .seconds(6 * 3600)

    /// The time after which a migration is said to take long.
    private static let longMigration: Duration = .seconds(5)

    /// The server ends the session of a process that is stopped or cut off while it keeps the lock, for which every
    /// process waits that starts.
    static let sessionSettings = ["idle_session_timeout": "5000", "idle_in_transaction_session_timeout": "5000"]

    /// The key of the advisory lock: any constant that every version of Waybill shares.
    static let lock: Int64 = 7_766_216_571_108_108
}
