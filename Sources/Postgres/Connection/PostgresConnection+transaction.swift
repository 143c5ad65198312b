/// The lease that the current task runs under: the outer handle, used there, would wait for its own end.
struct HeldLease: Sendable {
    @TaskLocal static var current: HeldLease?

    let core: ObjectIdentifier
    let id: ConnectionMachine.RequestID
}

extension PostgresConnection {
    /// How long a rollback may take before the connection is given up instead.
    private static let rollbackTimeout = Duration.seconds(5)

    /// How long COMMIT may take before its outcome counts as unknown.
    private static let commitTimeout = Duration.seconds(60)

    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws. Other callers of this connection
    /// wait until then. BEGIN travels with the body's first request and costs no round trip.
    ///
    /// A connection whose rollback fails is closed; then, and when the connection is lost, the server rolls back.
    /// - Parameters:
    ///   - begin: the statement that opens it, such as `begin isolation level repeatable read read only`.
    ///   - body: uses the connection that it is given, and no other handle to it.
    /// - Throws: what `body` throws; `connectionLost` with `outcomeUnknown` when the connection broke during COMMIT; `server`
    ///   when COMMIT was refused, also (25P02) when the body swallowed an error that had aborted the transaction.
    @discardableResult
    package func withTransaction<R>(
        _ begin: String = "begin",
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
        try await core.commit(id, timeout: PostgresConnection.commitTimeout)
        return value
    }
}

extension ConnectionCore {
    func commit(_ id: RequestID, timeout: Duration) async throws(PostgresError) {
        defer { returnLease(id) }
        guard leased?.id == id else { throw PostgresError(.closed, "the connection broke") }
        if let failure = leased?.failure { throw failure }
        guard leased?.wasUsed == true else { return }
        // Not cancellable: half-way through, a cancelled COMMIT would only make its outcome unknown.
        let outcome = await run(
            .unit(EncodedUnit(statement: "commit")),
            lease: id,
            timeout: timeout,
            isCancellable: false
        )
        if machine.isOpen, isInTransaction { abort("the transaction could not be ended") }
        let results = try outcome.get()
        // The server answers COMMIT of an aborted transaction with success and the tag ROLLBACK.
        guard results.first?.commandTag == "COMMIT" else {
            throw PostgresError(
                .server,
                "the transaction had been aborted by an earlier error and was rolled back",
                sqlState: "25P02",
                sql: "commit"
            )
        }
    }

    func rollBack(_ id: RequestID, timeout: Duration) async {
        defer { returnLease(id) }
        guard leased?.id == id, leased?.wasUsed == true, leased?.failure == nil, machine.isOpen else { return }
        // Waiting for a statement whose caller has left could take for ever.
        guard isResponsive else { return abort("the transaction's task left while a statement was running") }
        let outcome = await run(
            .unit(EncodedUnit(statement: "rollback")),
            lease: id,
            timeout: timeout,
            isCancellable: false
        )
        guard machine.isOpen else { return }
        if case .failure(let error) = outcome { return abort("rollback failed: \(error.message)") }
        if isInTransaction { abort("the transaction could not be rolled back") }
    }
}
