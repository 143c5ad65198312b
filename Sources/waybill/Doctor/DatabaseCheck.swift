import EmbeddedPostgres
import Foundation
import Logging
import OrderLog
import Postgres

/// Checks the database that a service would use: each host, then the session, the schema and the log as the service
/// itself would have them. Changes nothing.
struct DatabaseCheck {
    /// The findings, and the name of the log's first epoch, by which Redis knows the log; nil where it is not known.
    typealias Examination = (findings: [Finding], epoch: String?)

    let option: DatabaseOption
    let isEdge: Bool
    let durableOn: DurableOn
    let logger: Logger

    /// The longest time for connecting to one host.
    private static let connectTimeout = Duration.seconds(5)

    func findings() async -> Examination {
        do {
            guard let configuration = try option.configuration() else {
                let refusals = missingDatabase
                let (findings, epoch) = try await embedded()
                return (refusals + findings, epoch)
            }
            return await check(configuration, embedded: false)
        } catch {
            return ([.failure("database", ErrorSentence.text(for: error))], nil)
        }
    }

    /// The refusals of `serve` for the embedded database.
    private var missingDatabase: [Finding] {
        var findings: [Finding] = []
        if isEdge {
            findings.append(
                .failure(
                    "database",
                    "serve refuses to start: an edge reads the database of servers",
                    do: "give --database-url, of the primary or a replica"
                )
            )
        }
        if durableOn == .standby {
            findings.append(
                .failure(
                    "replication",
                    "serve refuses to start: the embedded database has no standby",
                    do: "give --database-url, or leave --durable-on standby out"
                )
            )
        }
        return findings
    }

    private func embedded() async throws -> Examination {
        guard EmbeddedPostgres.hasCluster(in: option.dataDirectory.path) else {
            let findings: [Finding] = [
                .note(
                    "database",
                    "there is no database in \(option.dataDirectory.path) yet; serve makes one there, "
                        + "or give --database-url"
                )
            ]
            return (findings, nil)
        }
        do {
            return try await Database.with(option, for: .reading, logger: logger) { configuration, _ in
                let note = "no service runs on this data directory; its database was started for this check"
                let (findings, epoch) = await check(configuration, embedded: true)
                return ([.note("database", note)] + findings, epoch)
            }
        } catch let error as EmbeddedPostgresError where error.code == .directoryLocked {
            let configuration = try await EmbeddedPostgres(dataDirectory: option.dataDirectory.path, logger: logger)
                .join()
            return await check(configuration, embedded: true)
        }
    }

    private func check(_ given: PostgresConfiguration, embedded: Bool) async -> Examination {
        var configuration = given
        configuration.applicationName = "waybill doctor"
        configuration.requestTimeout = .seconds(10)
        configuration.connectTimeout = min(configuration.connectTimeout, Self.connectTimeout)
        var findings: [Finding] = []
        for host in configuration.hosts { findings += await hostFindings(host, of: configuration, embedded: embedded) }
        if let choice = await PrimaryChoice.ask(configuration, logger: logger) {
            findings += Self.conflict(of: choice)
            configuration.hosts = choice.order(configuration.hosts)
        }
        // Such an edge leaves every other server.
        if isEdge, durableOn == .standby { configuration.sessionKind = .standby }
        do {
            if !embedded { try await PostgresConnection.requireLastingSession(configuration, logger: logger) }
            let pending = try await Migrator(logger: logger).missing(in: configuration)
            guard pending.isEmpty else { return (findings + [schema(lacks: pending.count)], nil) }
            findings.append(.ok("schema", "the schema is that of this version of waybill"))
            let durable = isEdge ? .local : durableOn
            return try await PostgresConnection.with(
                LogConnection.configuration(configuration, named: "waybill doctor"),
                logger: logger
            ) { connection in
                findings += try await LogCheck.read(on: connection).findings()
                if isEdge { findings += try await EdgeCheck.read(on: connection).findings() }
                if durable == .standby { findings += try await DurabilityCheck.read(on: connection).findings() }
                return (findings, try await EpochStore.load(connection, after: 0).first?.name)
            }
        } catch {
            return (findings + [.failure("database", ErrorSentence.text(for: error))], nil)
        }
    }

    private func schema(lacks count: Int) -> Finding {
        let names = count == 1 ? "1 migration" : "\(count) migrations"
        return .warning(
            "schema",
            "\(names) of this version of waybill are missing",
            do: isEdge
                ? "let a server of this version start, or run `waybill migrate` on the primary; an edge waits for it"
                : "run `waybill migrate`, or let the next `waybill serve` do it"
        )
    }

    /// Tells of an old primary that runs beside the new one.
    private static func conflict(of choice: PrimaryChoice) -> [Finding] {
        guard let conflict = choice.conflict else { return [] }
        let former = choice.formerHosts.map { "\($0)" }.joined(separator: " and ")
        let stop = former.isEmpty ? "the one that is not meant" : "\(former), which another has replaced,"
        return [
            .failure(
                "database",
                "\(conflict): what is written to the former one is lost",
                do: "stop \(stop) before any process is restarted, and rebuild it as a standby of the present primary"
            )
        ]
    }

    /// Checks one server of those that the URL names.
    private func hostFindings(
        _ host: PostgresHost,
        of configuration: PostgresConfiguration,
        embedded: Bool
    ) async -> [Finding] {
        var configuration = configuration
        configuration.hosts = [host]
        configuration.sessionKind = .any
        let name = embedded ? "embedded" : "\(host)"
        do {
            return try await PostgresConnection.with(configuration, logger: logger) { connection in
                let facts = try await ServerFacts.read(on: connection)
                var findings = ServerCheck(facts: facts, name: name).findings()
                findings += try await Self.clockAndWay(on: connection, name: name)
                if !facts.isStandby, !embedded {
                    findings += try await ReplicationCheck.read(on: connection, facts: facts).findings()
                }
                return findings
            }
        } catch {
            return [
                .failure(
                    "database",
                    "\(name): \(ErrorSentence.text(for: error))",
                    do: "make that server reachable, or take it out of --database-url"
                )
            ]
        }
    }

    /// Compares the clocks and measures the way to the server.
    private static func clockAndWay(on connection: PostgresConnection, name: String) async throws -> [Finding] {
        var trips: [(seconds: Double, offset: Double)] = []
        for _ in 0..<7 {
            let (began, instant) = (Date().timeIntervalSince1970, ContinuousClock.now)
            let row = try await connection.query("select extract(epoch from clock_timestamp())::float8 as now")[0]
            let seconds = (ContinuousClock.now - instant) / .seconds(1)
            trips.append((seconds, try row.get("now", as: Double.self) - began - seconds / 2))
        }
        trips.sort { $0.seconds < $1.seconds }
        let (median, best) = (trips[trips.count / 2].seconds, trips[0])
        let text = "\(name): a round trip takes \(String(format: "%.1f", median * 1000)) ms"
        let way: Finding =
            median > 0.02
            ? .warning("database", text, do: "run the service near its database: a commit takes up to two round trips")
            : .ok("database", text)
        return [way, LogCheck.clock(offset: best.offset, uncertainty: best.seconds / 2)]
    }
}
