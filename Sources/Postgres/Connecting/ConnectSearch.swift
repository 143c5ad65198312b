import Logging

/// The search for a server that will do, over all hosts of a configuration and all addresses of each.
struct ConnectSearch {
    private let configuration: PostgresConfiguration
    private let executor: PostgresExecutor
    private let logger: Logger
    private let memory: HostMemory
    private let deadline: ConnectDeadline
    private var failures: ConnectFailures
    /// The places that took all of their time: a later round has no use for them.
    private var silent: Set<HostMemory.Place> = []

    init(
        _ configuration: PostgresConfiguration,
        on executor: PostgresExecutor,
        memory: HostMemory = .shared,
        logger: Logger
    ) {
        self.configuration = configuration
        self.executor = executor
        self.memory = memory
        self.logger = logger
        deadline = ConnectDeadline(configuration)
        failures = ConnectFailures(configuration)
    }

    /// - Throws: as `PostgresConnection.connect`.
    mutating func run() async throws(PostgresError) -> PostgresConnection {
        let rounds = configuration.sessionKind.rounds
        for (round, kind) in rounds.enumerated() {
            let hosts = memory.hosts(of: configuration)
            for (index, host) in hosts.enumerated() {
                let hostsAfter = (rounds.count - round - 1) * hosts.count + hosts.count - index - 1
                if let connection = try await tryHost(host, kind, hostsAfter: hostsAfter) { return connection }
            }
        }
        throw failures.error
    }

    /// - Parameter hostsAfter: the hosts that may have to be tried after this one.
    private mutating func tryHost(
        _ host: PostgresHost,
        _ kind: PostgresSessionKind,
        hostsAfter: Int
    ) async throws(PostgresError) -> PostgresConnection? {
        let found: [String?]
        do throws(PostgresError) {
            guard let share = deadline.share(of: hostsAfter + 1) else { throw Self.noTime }
            found = try await HostResolver.shared.addresses(of: host, within: share)
        } catch {
            guard error.kind == .connect else { throw error }
            failures.add(error, at: host)
            memory.failed(HostMemory.Origin(configuration, at: HostMemory.Place(host: host, address: nil)))
            return nil
        }
        let places = memory.addresses(found, of: host, configuration)
            .map { HostMemory.Place(host: host, address: $0) }
            .filter { !silent.contains($0) }
        for (index, place) in places.enumerated() {
            do throws(PostgresError) {
                return try await open(place, kind, attempts: places.count - index + hostsAfter)
            } catch {
                guard error.kind == .connect else { throw error }
                failures.add(error, at: host)
                guard ConnectFailures.allowsNextHost(error) else { throw failures.error }
                memory.failed(HostMemory.Origin(configuration, at: place))
            }
        }
        return nil
    }

    private static let noTime = PostgresError(.connect, "no time was left for it")

    /// - Parameter attempts: this attempt, and those that may follow.
    private mutating func open(
        _ place: HostMemory.Place,
        _ kind: PostgresSessionKind,
        attempts: Int
    ) async throws(PostgresError) -> PostgresConnection {
        guard let share = deadline.share(of: attempts) else { throw Self.noTime }
        let began = ContinuousClock.now
        do throws(PostgresError) {
            return try await open(place, kind, within: share, attempts: attempts)
        } catch {
            if .now - began >= share { silent.insert(place) }
            throw error
        }
    }

    private func open(
        _ place: HostMemory.Place,
        _ kind: PostgresSessionKind,
        within share: Duration,
        attempts: Int
    ) async throws(PostgresError) -> PostgresConnection {
        let keywords = configuration.libpqKeywords(for: place.host, address: place.address, sessionKind: kind)
        let core = ConnectionCore(
            executor: executor,
            needsStandby: configuration.sessionKind == .standby,
            logger: logger
        )
        try await core.open(keywords, of: place.host, within: share, requestTimeout: configuration.requestTimeout)
        let connection = PostgresConnection(
            core: core,
            backendProcessID: await core.backendProcessID,
            origin: HostMemory.Origin(configuration, at: place)
        )
        do throws(PostgresError) {
            guard let rest = deadline.share(of: attempts) else { throw Self.noTime }
            try await connection.applySettings(of: configuration, within: rest)
        } catch {
            await core.abort("its settings could not be made")
            throw error
        }
        memory.succeeded(HostMemory.Origin(configuration, at: place))
        return connection
    }
}
