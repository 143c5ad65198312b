/// The knowledge of a process that follows the log beyond the database that it reads, which may be a replica that lags.
package protocol LogOutlook: Sendable {
    /// Compares a client's position with the log, so that no good position is refused because the replica lags.
    ///
    /// - Parameters:
    ///   - seen: the last event that streams have seen; 0 for a request that is answered from the database, which must
    ///     have the position.
    ///   - database: reads the database's head.
    /// - Throws: `PostgresError` where nobody can tell now.
    func check(
        _ position: LogPosition,
        seen: Int64,
        database: () async throws -> DatabaseHead
    ) async throws -> PositionCheck

    /// Waits until the database has the events that are known to exist, where it lacks some: what was not found may be
    /// there then.
    ///
    /// - Parameter database: reads the database's head.
    /// - Returns: false where the database lacks nothing that is known.
    /// - Throws: `PostgresError.replicaBehind`.
    func waitForReplica(database: () async throws -> DatabaseHead) async throws -> Bool
}
