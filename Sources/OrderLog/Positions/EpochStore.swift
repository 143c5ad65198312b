package import Logging
package import Postgres

/// The table of epochs, `log_epochs`: loads epochs, and opens one where the database is not the one that wrote last.
///
/// A database's identity is the system identifier, the timeline, the start of the postmaster, the oid of `events` and
/// the database's own oid: system identifier and timeline alone do not change when a base backup or disk snapshot is
/// restored, and `create database … template` copies all but the last.
package enum EpochStore {
    private static let identity = """
        (select system_identifier from pg_control_system()) || '/' \
        || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) || '/' \
        || (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint || '/' || 'events'::regclass::oid
        """

    /// The database's own oid. It has a column of its own, which is filled by default: processes of the version before
    /// go on comparing what they know.
    private static let database = "(select oid::bigint from pg_database where datname = current_database())"

    /// Opens an epoch where the database's identity has changed, and loads all epochs as the connection's history and
    /// into the registry.
    ///
    /// Runs on every new connection before anything else, so that no position is made or checked by an outdated table.
    ///
    /// Does not wait for a synchronous standby, which may be away while the server is restarted: reads would wait with
    /// the epoch, and the head with both. No position of the epoch is told before one of its events is committed, and
    /// who has an event has its epoch, which was written before. An epoch that is lost with its server was never used:
    /// the standby that takes over has another timeline, and opens an epoch of its own.
    ///
    /// - Parameters:
    ///   - registry: keeps what it knows where the connection leads to a former server.
    ///   - logger: is told of an epoch that is opened.
    /// - Returns: all epochs, the current one last.
    /// - Throws: `connectionLost` where the connection leads to a former server: what is written there would be lost.
    ///   Or the database's error.
    @discardableResult
    package static func ensure(
        on connection: PostgresConnection,
        registry: EpochRegistry,
        logger: Logger
    ) async throws -> EpochTable {
        if registry.followsOnly { return try await observe(connection, registry: registry).history }
        let look = try await look(connection)
        // Before anything is written there.
        try requirePresent(connection, look.timeline, in: registry)
        var opened: String?
        if !look.isCurrent {
            opened = try await connection.withTransaction("begin isolation level read committed") { transaction in
                try await lockHead(on: transaction)
                // Another process may have opened an epoch while this one waited for the lock.
                return try await Self.look(transaction).isCurrent ? nil : try await open(on: transaction)
            }
        }
        let table = try await loadHistory(of: connection, look.timeline, in: registry)
        registry.takeUnlessFormer(table, timeline: look.timeline)
        if let opened, table.epochs.count > 1 {
            logger.notice(
                """
                the database was restarted, restored, promoted or copied since events were last written; the next \
                event begins a new epoch, and clients that saw events which are no longer there are told so
                """,
                metadata: ["epoch": "\(opened)", "firstPosition": "\(table.epochs.last?.firstSeq ?? 0)"]
            )
        }
        return table
    }

    /// Loads the epochs with an ordinal above the given one.
    package static func load(_ connection: PostgresConnection, after ordinal: Int64) async throws -> [Epoch] {
        try decode(await connection.query(newer.sql, newer.bindings(ordinal), timeout: LogConnection.readTimeout))
    }

    /// The statement that reads new epochs. It is sent along with reads of events, so that the events' epochs are known
    /// when the events are decoded.
    package static let newer = NewerEpochs()

    package struct NewerEpochs: Sendable {
        let sql = "select ordinal, epoch, first_seq from log_epochs where ordinal > $1 order by ordinal"

        func bindings(_ ordinal: Int64) -> [any PostgresEncodable] { [ordinal] }

        package func query(after ordinal: Int64) -> PostgresQuery { PostgresQuery(sql, bindings(ordinal)) }
    }

    /// Decodes the rows of `newer`.
    package static func decode(_ rows: PostgresResult) throws -> [Epoch] {
        guard !rows.isEmpty else { return [] }
        let (ordinal, firstSeq) = try (rows.column("ordinal", as: Int64.self), rows.column("first_seq", as: Int64.self))
        let name = try rows.column("epoch", as: String.self)
        return try rows.map { row in
            try Epoch(ordinal: row.get(ordinal), name: row.get(name), firstSeq: row.get(firstSeq))
        }
    }

    /// Makes sure that a connection does not lead to a former server, and loads the connection's history.
    ///
    /// Opens no epoch, and tells the registry nothing: for sessions that must not wait for the head.
    ///
    /// - Throws: as `ensure`.
    package static func check(_ connection: PostgresConnection, in registry: EpochRegistry) async throws {
        try await loadHistory(of: connection, look(connection).timeline, in: registry)
    }

    static func requirePresent(
        _ connection: PostgresConnection,
        _ timeline: ServerTimeline,
        in registry: EpochRegistry
    ) throws(PostgresError) {
        guard !registry.isFormer(timeline) else { throw registry.refuse(connection, lacking: registry.current) }
    }

    @discardableResult
    private static func loadHistory(
        of connection: PostgresConnection,
        _ timeline: ServerTimeline,
        in registry: EpochRegistry
    ) async throws -> EpochTable {
        // Before the history is read: what another connection reads of this server meanwhile makes it no former one.
        let isSuccessor = registry.isSuccessor(timeline)
        let known = registry.current
        let table = EpochTable(try await load(connection, after: 0))
        try requirePresent(connection, timeline, in: registry)
        // A promoted standby may lack an epoch that its primary opened without it.
        guard isSuccessor || !table.isFormer(of: known) else { throw registry.refuse(connection, lacking: known) }
        connection.setHistory(table)
        return table
    }

    /// Tells whether the newest epoch is this database's.
    static func isCurrent(on connection: PostgresConnection) async throws(PostgresError) -> Bool {
        try await look(connection).isCurrent
    }

    /// Reads whether the newest epoch is this database's, and the server's timeline.
    private static func look(
        _ connection: PostgresConnection
    ) async throws(PostgresError) -> (isCurrent: Bool, timeline: ServerTimeline) {
        let rows = try await connection.query(
            """
            select coalesce(
                (select identity = \(identity) and database = \(database) from log_epochs order by ordinal desc limit 1),
                false) as is_current, \(ServerTimeline.columns)
            """,
            timeout: LogConnection.readTimeout
        )
        guard let row = rows.first else { throw PostgresError(.decoding, "the server told no timeline") }
        return (try row.get("is_current", as: Bool.self), try ServerTimeline(row))
    }

    /// Locks the head until the end of the transaction, which waits for no synchronous standby.
    ///
    /// Any session of a process may open an epoch, at a time when networks and machines are in trouble. The server ends
    /// one that falls silent with the head locked, or waits for another lock.
    static func lockHead(on transaction: PostgresConnection) async throws(PostgresError) {
        try await transaction.pipeline(
            [
                LogConnection.limitHold, LogConnection.commitLocally,
                PostgresQuery("select seq from log_head where one for update"), LogConnection.limitLockWait,
            ],
            timeout: LogConnection.readTimeout
        )
    }

    /// Opens an epoch that begins with the next event. The caller holds the head lock.
    ///
    /// - Returns: the epoch's name.
    @discardableResult
    static func open(on connection: PostgresConnection) async throws -> String {
        let name = randomName()
        try await connection.query(
            """
            insert into log_epochs (ordinal, epoch, first_seq, identity, database, opened_at)
            select coalesce((select max(ordinal) from log_epochs), 0) + 1, $1, seq + 1, \(identity), \(database),
                clock_timestamp()
            from log_head where one
            """,
            [name]
        )
        try await connection.query("update log_head set epoch = $1 where one", [name])
        return name
    }

    /// A new epoch's name: 40 random bits as eight characters of RFC 4648's base 32 alphabet, in lower case.
    static func randomName() -> String {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        return String((0..<8).map { _ in alphabet[Int.random(in: 0..<32)] })
    }
}
