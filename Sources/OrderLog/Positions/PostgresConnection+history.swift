package import Postgres

extension PostgresError {
    private static let formerServerMessage = "the connection leads to a former server"

    /// The error of a connection that leads to a former server: the connection is replaced.
    ///
    /// - Parameter known: the history that this process knows.
    static func formerServer(lacking known: EpochTable) -> PostgresError {
        PostgresError(
            .connectionLost,
            """
            \(formerServerMessage), which lacks the newest epoch, \(known.epochs.last?.name ?? "none"), or was replaced \
            by the server that has it; it is not used; let the database's address lead to the present server; where \
            the former one is meant, restart this service with that server alone in its database URL
            """
        )
    }

    /// The error of a read that waited in vain for the replica that it reads.
    package static let replicaBehind = PostgresError(
        .timeout,
        "the replica lags behind the log's head, and did not catch up in time"
    )

    /// True for `formerServer`.
    var isFormerServer: Bool { kind == .connectionLost && message.hasPrefix(Self.formerServerMessage) }
}

extension PostgresConnection {
    /// The log's history as the session's server has told it so far: its rows get their positions by this history
    /// alone. After a failover another session, with another server, may know another history.
    package var history: EpochTable {
        withAttachment { $0 as? EpochTable ?? EpochTable() }
    }

    /// Replaces the history that is known on this session.
    func setHistory(_ history: EpochTable) {
        withAttachment { $0 = history }
    }

    /// Adds epochs, as read on this session by `EpochStore.newer`.
    ///
    /// - Parameter registry: learns of them too, where it knows the same history.
    /// - Returns: the history with them.
    @discardableResult
    package func addEpochs(_ rows: PostgresResult, registry: EpochRegistry) throws -> EpochTable {
        let newer = try EpochStore.decode(rows)
        guard !newer.isEmpty else { return history }
        let extended = withAttachment { attachment in
            var table = attachment as? EpochTable ?? EpochTable()
            table.merge(newer)
            attachment = table
            return table
        }
        registry.extend(to: extended)
        return extended
    }
}
