package import Logging

extension PostgresConnection {
    /// Opens a session with the configuration's settings, at the first host that will do: the last good one is tried
    /// first.
    ///
    /// Each host's name is looked up anew. All hosts and addresses share one deadline.
    /// - Throws: `connect` when no server can be reached in time, or one refuses (its reason is in the message), or a
    ///   pooler does not keep the settings; `cancelled`.
    package static func connect(
        _ configuration: PostgresConfiguration,
        on executor: PostgresExecutor = .shared,
        logger: Logger
    ) async throws(PostgresError) -> PostgresConnection {
        var search = ConnectSearch(configuration, on: executor, logger: logger)
        return try await search.run()
    }

    /// Lets the next connections try the other hosts first, since this session's server is of no use.
    package func avoidHost() {
        HostMemory.shared.failed(origin)
    }
}
