package import Logging

extension PostgresConnection {
    /// Opens a session with the configuration's settings, at the first host that will do.
    ///
    /// Each host's name is looked up anew, and each of its addresses has the configuration's time.
    /// - Throws: `connect` when no server can be reached in time, or one refuses (its reason is in the message), or a
    ///   pooler does not keep the settings; `cancelled`.
    package static func connect(
        _ configuration: PostgresConfiguration,
        on executor: PostgresExecutor = .shared,
        logger: Logger
    ) async throws(PostgresError) -> PostgresConnection {
        var failures = ConnectFailures(configuration)
        for kind in configuration.sessionKind.rounds {
            let hosts = configuration.shufflesHosts ? configuration.hosts.shuffled() : configuration.hosts
            for host in hosts {
                let addresses: [String?]
                do throws(PostgresError) {
                    addresses = try await HostResolver.shared.addresses(of: host, within: configuration.connectTimeout)
                } catch {
                    guard error.kind == .connect else { throw error }
                    failures.add(error, at: host)
                    continue
                }
                for address in addresses {
                    let keywords = configuration.libpqKeywords(for: host, address: address, sessionKind: kind)
                    do throws(PostgresError) {
                        return try await open(configuration, at: host, keywords, on: executor, logger: logger)
                    } catch {
                        guard error.kind == .connect else { throw error }
                        failures.add(error, at: host)
                        guard ConnectFailures.allowsNextHost(error) else { throw failures.error }
                    }
                }
            }
        }
        throw failures.error
    }

    private static func open(
        _ configuration: PostgresConfiguration,
        at host: PostgresHost,
        _ keywords: [(String, String)],
        on executor: PostgresExecutor,
        logger: Logger
    ) async throws(PostgresError) -> PostgresConnection {
        let core = ConnectionCore(executor: executor, logger: logger)
        try await core.open(keywords, of: host, configuration)
        let connection = PostgresConnection(core: core, backendProcessID: await core.backendProcessID)
        do throws(PostgresError) {
            try await connection.applySettings(of: configuration)
        } catch {
            await core.abort("its settings could not be made")
            throw error
        }
        return connection
    }
}
