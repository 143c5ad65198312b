package import Postgres

extension PostgresPool {
    /// The most connections that one read gives up because they lead to a former server.
    private static let replacements = 4

    /// Reads through any connection whose server is not a former one: a connection that was open before a failover may
    /// go on answering from the old primary. Such a connection lacks epochs that this process already knew; it is
    /// closed, and the read goes to another.
    ///
    /// - Parameters:
    ///   - registry: the epochs that this process knows by its newest connection.
    ///   - body: returns what it read, and the history of the connection's server, read no earlier.
    /// - Throws: `connectionLost` where one connection after another leads to a former server, or what `body` throws.
    package func read<Value: Sendable>(
        in registry: EpochRegistry,
        _ body: (PostgresConnection) async throws -> (Value, EpochTable)
    ) async throws -> (Value, EpochTable) {
        for _ in 0..<Self.replacements {
            let read: (Value, EpochTable)? = try await withConnection { connection in
                // A connection that is made for this read has told of its history by now.
                let known = registry.current
                let read = try await body(connection)
                if read.1.continues(known) { return read }
                _ = registry.refuse(connection, lacking: known)
                await connection.close(grace: .zero)
                return nil
            }
            if let read { return read }
        }
        throw PostgresError.formerServer(lacking: registry.current)
    }
}
