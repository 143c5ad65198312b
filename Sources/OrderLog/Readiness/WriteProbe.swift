import Logging
import Postgres

/// Tries whether the database takes commands while none come: locks the head as a batch does, and commits.
///
/// The lock alone gives the transaction an id, so that its commit is written to disk. No row changes. On a log that is
/// idle for long most probes only look, since each commit would keep the server archiving.
struct WriteProbe {
    /// The time for connecting, and for each step of the probe.
    static let timeout: Duration = .seconds(2)
    /// The time for the commit alone; shorter, so that the reason is known when the probe counts as overdue.
    private static let commitTimeout: Duration = .milliseconds(1750)

    private var connection: KeptConnection
    private let registry: EpochRegistry
    private let logger: Logger
    /// The place of the head's row at the last probe.
    private var headPlace: HeadPlace?
    /// The commit of an earlier probe had no answer. The probe's own former session may lock the head until it has.
    private var isCommitMissing = false

    /// - Parameters:
    ///   - configuration: the appender's.
    ///   - registry: the epochs that this process knows, by which a former server is told.
    init(configuration: PostgresConfiguration, registry: EpochRegistry, logger: Logger) {
        self.registry = registry
        self.logger = logger
        connection = KeptConnection(configuration, name: "waybill probe", timeout: Self.timeout, logger: logger)
    }

    /// - Parameters:
    ///   - commits: false to look at the locks and settings alone, which writes nothing, while they are as they should
    ///     be.
    ///   - needsRoom: true to try also whether the disk has room for new pages of the log's tables.
    /// - Returns: nil when commands would be taken.
    mutating func run(commits: Bool, needsRoom: Bool = false) async -> Unreadiness? {
        let isKept = connection.isOpen
        let unreadiness = await runOnce(commits: commits, needsRoom: needsRoom)
        // A connection that was made before its server was replaced tells nothing of new ones.
        guard unreadiness == .formerServer, isKept else { return unreadiness }
        return await runOnce(commits: commits, needsRoom: needsRoom)
    }

    private mutating func runOnce(commits: Bool, needsRoom: Bool) async -> Unreadiness? {
        var isCommitting = false
        do {
            let connection = try await connection.open()
            // Before the head is locked: a commit that waits for a standby keeps it, and no session could open the
            // epoch that reads need.
            if connection.history.epochs.isEmpty, try await isPrimary(connection) {
                try await EpochStore.ensure(on: connection, registry: registry, logger: logger)
            }
            if !commits, try await isFree(on: connection) {
                try await requirePresentServer(connection)
                return nil
            }
            try await lock(on: connection)
            try await requirePresentServer(connection)
            isCommitting = true
            try await connection.query("commit", timeout: Self.commitTimeout)
            isCommitting = false
            isCommitMissing = false
            if needsRoom { try await writePages(on: connection) }
            return nil
        } catch {
            // A new session sees settings that have changed.
            await connection.close()
            let reason = Unreadiness(writeFailure: error)
            if isCommitting, (error as? PostgresError)?.kind == .timeout {
                isCommitMissing = true
                return .slowCommits
            }
            return isCommitMissing && reason == .locked ? .slowCommits : reason
        }
    }

    /// False for a standby, which refuses the lock, and tells no timeline.
    private func isPrimary(_ connection: PostgresConnection) async throws(PostgresError) -> Bool {
        let rows = try await connection.query("select not pg_is_in_recovery() as is_primary")
        return try rows.first?.get("is_primary", as: Bool.self) ?? false
    }

    /// Makes sure that the server is no former one, as for a batch.
    ///
    /// - Throws: `connectionLost`.
    private func requirePresentServer(_ connection: PostgresConnection) async throws {
        let known = registry.current
        let newer = try await connection.pipeline([EpochStore.newer.query(after: connection.history.newestOrdinal)])
        try registry.requireContinuing(connection.addEpochs(newer[0], registry: registry), known, on: connection)
    }

    /// Locks the tables as a batch does: what keeps them from being read, or from being written, keeps a batch.
    private static let lockTables = PostgresQuery("lock table only events, only commands in row exclusive mode")

    /// Locks the tables and the head in a transaction, which stays open.
    private mutating func lock(on connection: PostgresConnection) async throws {
        let results = try await connection.pipeline([
            // The head first, as all do that lock both.
            PostgresQuery("begin isolation level read committed"), LogHead.lock(near: headPlace),
            Self.lockTables, PostgresQuery("select from order_states limit 0"),
        ])
        headPlace = try HeadPlace(results[1])
        if headPlace == nil { headPlace = try await HeadPlace(connection.query(LogHead.selectForUpdate)) }
    }

    /// Looks whether the tables and the head are free and may be written. No transaction id is given, so that nothing
    /// is written.
    private func isFree(on connection: PostgresConnection) async throws -> Bool {
        let results = try await connection.pipeline([
            PostgresQuery("begin isolation level read committed"), Self.lockTables,
            PostgresQuery("select from order_states limit 0"),
            PostgresQuery(
                """
                select current_setting('transaction_read_only') = 'off' and not exists (
                        select from pg_locks
                        where locktype = 'transactionid' and granted
                            and transactionid = (select xmax from log_head where one)) as is_free
                """
            ),
            PostgresQuery("rollback"),
        ])
        return try results[3].first?.get("is_free", as: Bool.self) ?? false
    }

    /// Writes some pages of the log's largest tables, and takes them back.
    ///
    /// - Throws: the database's error, except where a rule of an administrator's own refuses these rows.
    private mutating func writePages(on connection: PostgresConnection) async throws(PostgresError) {
        // Rows with numbers below all others, for which no appender waits. Each probe takes its own: with the same ones
        // those of several processes would wait for each other.
        let first = Int64.random(in: 1...Int64.max / 2)
        do throws(PostgresError) {
            try await connection.pipeline([
                PostgresQuery("begin isolation level read committed"), Self.insertEvents(from: first),
                Self.insertCommands(from: first), PostgresQuery("rollback"),
            ])
        } catch let error where ["22", "23", "42", "P0"].contains(error.sqlState?.prefix(2)) {
            // The next probe begins anew.
            await connection.close(grace: .zero)
        }
    }

    private static func insertEvents(from first: Int64) -> PostgresQuery {
        PostgresQuery(
            """
            insert into events (
                seq, occurred_at, recorded_at, order_id, version, schema, number, shop, customer, type, status, internal,
                actor, command_id)
            select -n, clock_timestamp(), clock_timestamp(), gen_random_uuid(), 1, 1, '', '', '', '', '', '{}', '',
                repeat('x', 200)
            from generate_series($1::bigint, $1 + 199) as n
            """,
            [first]
        )
    }

    private static func insertCommands(from first: Int64) -> PostgresQuery {
        PostgresQuery(
            """
            insert into commands (
                order_id, first_seq, last_seq, recorded_at, version, shop, command_id, status, fingerprint)
            select gen_random_uuid(), 0, 0, clock_timestamp(), 1, '', n::text, '', decode(repeat('00', 32), 'hex')
            from generate_series($1::bigint, $1 + 199) as n
            """,
            [first]
        )
    }
}
