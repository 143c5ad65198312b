package import Postgres
import Primitives

/// The waits of reads, and of what is written beside the log.
extension StandbyWatch {
    /// The time for which a read waits.
    private static let readTimeout: Duration = .seconds(2)

    /// Waits a while for events to become durable; no longer while none become durable.
    ///
    /// - Returns: the last of the events, or an earlier one: the last that is durable. Nil where not even an empty log
    ///   is known to be durable.
    package func lastDurable(upTo seq: Int64, in history: EpochTable) async -> Int64? {
        var durable = self.seq(in: history)
        if durable ?? -1 < seq, !isBlocked {
            let promise = OneShotPromise<Bool>()
            whenDurable(through: seq, in: history, until: .now + Self.readTimeout) { promise.fulfill($0) }
            _ = await promise.value()
            durable = self.seq(in: history)
        }
        return durable.map { min(seq, $0) }
    }

    /// As `lastDurable`, for an answer that cannot do without.
    ///
    /// - Throws: `PostgresError.notDurable` instead of nil.
    package func reach(_ seq: Int64, in history: EpochTable) async throws(PostgresError) -> Int64 {
        guard let durable = await lastDurable(upTo: seq, in: history) else { throw .notDurable() }
        return durable
    }

    /// As `reach`, for an answer that cannot do without the last of the events.
    ///
    /// - Throws: `PostgresError.notDurable` where they do not become durable in time.
    package func require(_ seq: Int64, in history: EpochTable) async throws(PostgresError) {
        guard try await reach(seq, in: history) == seq else { throw .notDurable() }
    }

    /// The history of a session's server, no older than what the session has written.
    func history(of connection: PostgresConnection) async throws -> EpochTable {
        let newer = EpochStore.newer.query(after: connection.history.newestOrdinal)
        let rows = try await connection.pipeline([newer], timeout: LogConnection.readTimeout)
        return try connection.addEpochs(rows[0], registry: registry)
    }

    /// Waits a while for everything that has been committed by now to become durable.
    ///
    /// - Parameter history: that of the server where it was committed, no older than the commit.
    /// - Throws: `PostgresError.notDurable` where it does not become durable in time.
    func requireEverything(in history: EpochTable) async throws(PostgresError) {
        guard !isBlocked else { throw .notDurable() }
        let promise = OneShotPromise<Bool>()
        whenEverythingIsDurable(in: history, until: .now + Self.readTimeout) { promise.fulfill($0) }
        guard await promise.value() else { throw .notDurable() }
    }
}
