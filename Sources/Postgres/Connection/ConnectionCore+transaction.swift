extension ConnectionCore {
    /// Ends a transaction and returns its lease.
    func commit(_ id: RequestID, timeout: Duration) async throws(PostgresError) {
        defer { returnLease(id) }
        guard let lease = currentLease(id) else { throw PostgresError(.closed, "the connection broke") }
        if let failure = lease.failure { throw failure }
        guard lease.wasUsed else { return }
        // Not cancellable: the outcome of a COMMIT that is cancelled half-way is unknown.
        let outcome = await run(
            .unit(EncodedUnit(statement: "commit")),
            lease: id,
            timeout: timeout,
            isCancellable: false
        )
        if isOpen, socket.isInTransaction { abort("the transaction could not be ended") }
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

    /// Rolls a transaction back and returns its lease. Gives the connection up when that fails.
    func rollBack(_ id: RequestID, timeout: Duration) async {
        defer { returnLease(id) }
        guard let lease = currentLease(id), lease.wasUsed, lease.failure == nil, isOpen else { return }
        // A statement whose caller has left could run for ever.
        guard isResponsive else { return abort("the transaction's task ended while a statement was running") }
        let outcome = await run(
            .unit(EncodedUnit(statement: "rollback")),
            lease: id,
            timeout: timeout,
            isCancellable: false
        )
        guard isOpen else { return }
        if case .failure(let error) = outcome { return abort("rollback failed: \(error.message)") }
        if socket.isInTransaction { abort("the transaction could not be rolled back") }
    }
}
