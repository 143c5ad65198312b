package import Logging
package import Postgres

extension PrimaryChoice {
    /// The longest time for a host's answer. A host that is gone must not keep up the start for long.
    private static let patience: Duration = .seconds(5)

    /// Asks all hosts of a configuration at the same time.
    ///
    /// - Returns: nil for a single host, which leaves no choice.
    package static func ask(_ configuration: PostgresConfiguration, logger: Logger) async -> PrimaryChoice? {
        guard configuration.hosts.count > 1 else { return nil }
        var base = LogConnection.configuration(configuration, named: "waybill host survey")
        base.sessionKind = .any
        base.connectTimeout = min(base.connectTimeout, patience)
        base.totalConnectTimeout = base.connectTimeout
        base.requestTimeout = patience
        let asked = base
        let answers = await withTaskGroup(of: (PostgresHost, Server?).self) { group in
            for host in asked.hosts {
                group.addTask {
                    do {
                        return (host, try await Self.ask(host, asked, logger))
                    } catch {
                        logger.debug(
                            "a host of the database does not answer",
                            metadata: ["host": "\(host)", "error": "\(error)"]
                        )
                        return (host, nil)
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return PrimaryChoice(
            asked.hosts.compactMap { answers[$0] },
            silent: asked.hosts.filter { answers[$0] == nil }
        )
    }

    private static func ask(
        _ host: PostgresHost,
        _ configuration: PostgresConfiguration,
        _ logger: Logger
    ) async throws -> Server {
        var configuration = configuration
        configuration.hosts = [host]
        return try await PostgresConnection.with(configuration, logger: logger) { connection in
            guard let row = try await connection.query(facts).first else {
                throw PostgresError(.decoding, "the server told no timeline")
            }
            let isPrimary = try row.get("is_primary", as: Bool.self)
            var server = Server(
                host: host,
                timeline: try ServerTimeline(row),
                beganMicroseconds: try row.get("began", as: Int64.self),
                isPrimary: isPrimary
            )
            if isPrimary, try row.get("has_log", as: Bool.self) {
                server.history = EpochTable(try await EpochStore.load(connection, after: 0))
                server.isCurrent = try await EpochStore.isCurrent(on: connection)
            }
            return server
        }
    }

    /// A standby tells the timeline that it follows by its control file, and by its receiver, which knows first.
    private static let facts = """
        select (select system_identifier::text from pg_control_system()) as cluster,
            not pg_is_in_recovery() as is_primary,
            (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint as began,
            \(LogRoles.ownTable("log_epochs")) is not null as has_log,
            case when pg_is_in_recovery() then greatest(
                (select timeline_id from pg_control_checkpoint()),
                (select min_recovery_end_timeline from pg_control_recovery()),
                (select received_tli from pg_stat_wal_receiver))::bigint
            else ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::bigint end as timeline
        """

    /// Lets an address begin at the present server, and says in the log what was found.
    ///
    /// - Throws: `Failure` where no server may be used.
    package static func settle(_ configuration: inout PostgresConfiguration, logger: Logger) async throws {
        guard let choice = await ask(configuration, logger: logger) else { return }
        try choice.require(configuration.sessionKind)
        configuration.hosts = choice.order(configuration.hosts)
        if let conflict = choice.conflict {
            let former = choice.formerHosts.map { "\($0)" }.joined(separator: ", ")
            logger.warning(
                """
                \(conflict); the newer one is used, and the former server is avoided, since what is written to it would be \
                lost; stop it, or rebuild it as a standby of the present one
                """,
                metadata: ["former": "\(former)"]
            )
        } else if choice.isPartial {
            logger.notice(
                """
                not every host of the database URL answers; if one of those is the present primary, start it, stop the \
                other, and restart this service
                """,
                metadata: ["silent": "\(choice.silent.map { "\($0)" }.joined(separator: ", "))"]
            )
        }
    }
}

extension EpochRegistry {
    /// Learns which servers of an address were replaced, before the first connection: it must not be to one of them.
    ///
    /// - Throws: `PrimaryChoice.Failure` where no server may be used.
    package func learnTimelines(of configuration: PostgresConfiguration, logger: Logger) async throws {
        guard let choice = await PrimaryChoice.ask(configuration, logger: logger) else { return }
        try choice.require(configuration.sessionKind)
        for timeline in choice.timelines { learn(timeline) }
    }
}
