package import Postgres

extension EpochStore {
    /// The log's history as a server tells it that may be a replica.
    package struct Observation: Sendable {
        package let history: EpochTable
        /// True for a server that takes writes: its word on the head is final.
        package let isPrimary: Bool
    }

    /// Loads all epochs as the connection's history and into the registry. Writes nothing: an epoch is opened by the
    /// processes that append.
    ///
    /// A replica that lacks epochs which are known already is no former server: it lags.
    ///
    /// - Throws: `connectionLost` where the connection leads to a former primary. Or the database's error.
    package static func observe(
        _ connection: PostgresConnection,
        registry: EpochRegistry
    ) async throws -> Observation {
        let rows = try await connection.query(
            "select not pg_is_in_recovery() as is_primary",
            timeout: LogConnection.readTimeout
        )
        let isPrimary = try rows.first?.get("is_primary", as: Bool.self) ?? false
        // A replica tells no timeline of its own: functions of the write-ahead log fail there.
        let timeline = isPrimary ? try await timeline(of: connection) : nil
        if let timeline { try requirePresent(connection, timeline, in: registry) }
        let known = registry.current
        let history = EpochTable(try await load(connection, after: 0))
        if isPrimary, history.isFormer(of: known) { throw registry.refuse(connection, lacking: known) }
        connection.setHistory(history)
        registry.takeUnlessFormer(history, timeline: timeline)
        return Observation(history: history, isPrimary: isPrimary)
    }

    private static func timeline(of connection: PostgresConnection) async throws -> ServerTimeline {
        let rows = try await connection.query("select \(ServerTimeline.columns)", timeout: LogConnection.readTimeout)
        guard let row = rows.first else { throw PostgresError(.decoding, "the server told no timeline") }
        return try ServerTimeline(row)
    }
}
