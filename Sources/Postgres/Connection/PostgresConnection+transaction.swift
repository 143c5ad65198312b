extension PostgresConnection {
    /// The time for a rollback, after which the connection is given up.
    private static let rollbackTimeout = Duration.seconds(5)

    /// The time for COMMIT, after which its outcome counts as unknown.
    package static let commitTimeout = Duration.seconds(60)

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws. Other callers of this
    /// connection wait until then. BEGIN travels with the body's first request and costs no round trip.
    ///
    /// A connection whose rollback fails is closed; then, and when the connection is lost, the server rolls back.
    /// - Parameters:
    ///   - begin: the statement that opens it, such as `begin isolation level repeatable read read only`.
    ///   - commitTimeout: the time for COMMIT.
    ///   - body: uses the connection that it is given, and no other handle to it.
    /// - Throws: what `body` throws; `connectionLost` with `outcomeUnknown` when the connection broke during COMMIT;
    ///   `server` when COMMIT was refused, also (25P02) when the body swallowed an error that had aborted the
    ///   transaction.
    @discardableResult
    package func withTransaction<R>(
        _ begin: String = "begin",
        commitTimeout: Duration = PostgresConnection.commitTimeout,
        isolation: isolated (any Actor)? = #isolation,
        _ body: (PostgresConnection) async throws -> R
    ) async throws -> R {
        guard lease == nil else { throw PostgresError(.usage, "transactions do not nest") }
        let id = try await core.acquireLease(begin: begin, timeout: nil)
        let inner = PostgresConnection(self, lease: id)
        let value: R
        do {
            value = try await HeldLease.$current.withValue(HeldLease(core: ObjectIdentifier(core), id: id)) {
                try await body(inner)
            }
        } catch {
            await core.rollBack(id, timeout: PostgresConnection.rollbackTimeout)
            throw error
        }
        try await core.commit(id, timeout: commitTimeout)
        return value
    }
}
