package import Postgres

extension PostgresPool {
    /// The most connections that one read gives up because they lead to a former server.
    private static let replacements = 4

    /// The time that a read waits for a replica to learn of an epoch, and the time between two looks.
    private static let (replicaPatience, replicaPause): (Duration, Duration) = (.seconds(4), .milliseconds(50))

    /// Reads through any connection whose server is not a former one: a connection that was open before a failover may
    /// go on answering from the old primary. Such a connection lacks epochs that this process already knew; it is
    /// closed, and the read goes to another. A process that follows only waits for its replica instead, which may lag.
    ///
    /// - Parameters:
    ///   - registry: the epochs that this process knows by its newest connection.
    ///   - body: returns what it read, and the history of the connection's server, read no earlier.
    /// - Throws: `connectionLost` where one connection after another leads to a former server; `timeout` where a
    ///   replica does not learn of the newest epoch in time; or what `body` throws.
    package func read<Value: Sendable>(
        in registry: EpochRegistry,
        _ body: (PostgresConnection) async throws -> (Value, EpochTable)
    ) async throws -> (Value, EpochTable) {
        var replaced = 0
        let patience = ContinuousClock.now + Self.replicaPatience
        while replaced < Self.replacements {
            let outcome: ReadOutcome<Value> = try await withConnection { connection in
                // A connection that is made for this read has told of its history by now.
                let known = registry.current
                let read = try await body(connection)
                if read.1.continues(known) { return .read(read.0, read.1) }
                if registry.followsOnly, read.1.isFormer(of: known) { return .behind }
                _ = registry.refuse(connection, lacking: known)
                await connection.close(grace: .zero)
                return .former
            }
            switch outcome {
            case .read(let value, let history): return (value, history)
            case .former: replaced += 1
            case .behind:
                guard ContinuousClock.now < patience else { throw PostgresError.replicaBehind }
                try await Task.sleep(for: Self.replicaPause)
            }
        }
        throw PostgresError.formerServer(lacking: registry.current)
    }
}

/// The outcome of a read by one connection.
private enum ReadOutcome<Value: Sendable>: Sendable {
    case read(Value, EpochTable)
    /// The connection leads to a former server.
    case former
    /// The connection leads to a replica that does not know the newest epoch yet.
    case behind
}
