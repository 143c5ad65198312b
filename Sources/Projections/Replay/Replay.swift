package import Logging
import OrderLog
package import Postgres

/// Rebuilds a projection from the log: a new version is built beside the served one, and replaces it under the head
/// lock. Serving continues all the time.
///
/// Cancelling the task interrupts the replay: the version stays, and the next replay of that projection continues
/// there, as it does after a crash. `discard` cancels a replay for good.
package struct Replay: Sendable {
    private let configuration: PostgresConfiguration
    private let logger: Logger
    /// The number of tasks that fold.
    private let workers: Int
    private let limits: ReplayLimits

    package init(
        configuration: PostgresConfiguration,
        workers: Int,
        limits: ReplayLimits = ReplayLimits(),
        logger: Logger
    ) {
        var configuration = configuration
        configuration.applicationName = "waybill replay"
        configuration.roleExpression = LogConnection.roleExpression
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        configuration.serverSettings.merge(ReplaySession.settings) { $1 }
        configuration.serverSettings.merge(ReadModels.sessionSettings) { $1 }
        configuration.requestTimeout = ReplayLimits.timeout
        self.configuration = configuration
        self.workers = max(1, workers)
        self.limits = limits
        self.logger = logger
    }

    /// Rebuilds one projection.
    ///
    /// - Parameters:
    ///   - claimed: is called once this replay is the only one of that projection.
    ///   - progress: is called about twice a second, and once more at the end.
    /// - Returns: the progress at the end.
    /// - Throws: `ReplayFailure`, `CancellationError`, or the database's error. The served version is unchanged then.
    @discardableResult
    package func run(
        _ name: String,
        claimed: @Sendable (ReplayProgress) -> Void = { _ in },
        progress: @escaping @Sendable (ReplayProgress) -> Void = { _ in }
    ) async throws -> ReplayProgress {
        guard let model = ReadModels.named(name) else { throw ReplayFailure.unknown(name) }
        return try await withConnections(3) { connections in
            let claim = ReplayClaim(name: name, control: connections[0], logger: logger)
            try await claim.acquire()
            return try await rebuild(model, holding: claim, connections, claimed: claimed, progress: progress)
        }
    }

    /// Rebuilds one projection if a former version of Waybill has built what is served.
    ///
    /// - Throws: as `run`.
    func rebuildIfOutdated(_ name: String) async throws {
        guard let model = ReadModels.named(name) else { throw ReplayFailure.unknown(name) }
        try await withConnections(3) { connections in
            let claim = ReplayClaim(name: name, control: connections[0], logger: logger)
            try await claim.acquire()
            // Another process may have rebuilt it until now.
            guard try await Self.outdatedModels(connections[0]).contains(name) else { return }
            logger.notice(
                "a former version of Waybill built a read model; it is built again, and served as it is until then",
                metadata: ["model": "\(name)"]
            )
            _ = try await rebuild(model, holding: claim, connections, claimed: { _ in }, progress: { _ in })
        }
    }

    private func rebuild(
        _ model: any VerifiableModel,
        holding claim: ReplayClaim,
        _ connections: [PostgresConnection],
        claimed: @Sendable (ReplayProgress) -> Void,
        progress: @escaping @Sendable (ReplayProgress) -> Void
    ) async throws -> ReplayProgress {
        let session = try await claim.openSession(
            layout: model.layout,
            reader: connections[1],
            writer: connections[2],
            limits: limits
        )
        claimed(session.meter.progress)
        do {
            try await build(model, in: session, progress: progress)
        } catch let error as ReplayFailure {
            if case .cancelled = error { try await claim.drop(version: session.version) }
            throw error
        }
        try await claim.dropReplacedVersion()
        let end = session.meter.measure()
        progress(end)
        return end
    }

    /// Cancels a running or interrupted replay of the projection, and drops the version that it built.
    ///
    /// - Returns: false where a running replay is cancelled and has not ended yet.
    /// - Throws: `ReplayFailure.unknown`, or the database's error.
    package func discard(_ name: String) async throws -> Bool {
        guard ReadModels.named(name) != nil else { throw ReplayFailure.unknown(name) }
        return try await withConnections(1) { connections in
            let claim = ReplayClaim(name: name, control: connections[0], logger: logger)
            for _ in 0..<100 {
                let cancel = ReplayStatements.cancel(name)
                guard try await connections[0].query(cancel.sql, cancel.bindings).affectedRows > 0 else { return true }
                do {
                    try await claim.acquire()
                    try await claim.dropUnfinishedVersions()
                    return true
                } catch ReplayFailure.underWay {
                    // The running replay reads its row twice a second.
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            return false
        }
    }

    /// The names of the projections whose served version a former version of Waybill has built.
    func outdatedModels() async throws -> [String] {
        try await withConnections(1) { try await Self.outdatedModels($0[0]) }
    }

    private static func outdatedModels(_ connection: PostgresConnection) async throws -> [String] {
        try ServedLayouts(await connection.query(ServedLayouts.select.sql)).outdated
    }

    private func build<Model: ReplayableModel>(
        _ model: Model,
        in session: ReplaySession,
        progress: @escaping @Sendable (ReplayProgress) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                let compared = try await ReplayBuild(model: model, session: session, workers: workers).run()
                try await ReplayTakeover(model: model, session: session).run()
                try await model.rebuildOtherTables(
                    on: session.writer,
                    through: session.meter.progress.seq,
                    compared: compared
                )
                return true
            }
            group.addTask {
                try await ReplayHeartbeat(session: session, progress: progress).run()
                return false
            }
            defer { group.cancelAll() }
            while let isDone = try await group.next(), !isDone {}
        }
    }

    private func withConnections<R>(
        _ count: Int,
        _ body: ([PostgresConnection]) async throws -> R
    ) async throws -> R {
        var connections: [PostgresConnection] = []
        let result: Result<R, any Error>
        do {
            for _ in 0..<count {
                connections.append(try await PostgresConnection.connect(configuration, logger: logger))
            }
            result = .success(try await body(connections))
        } catch let error as PostgresError where error.kind == .cancelled {
            result = .failure(CancellationError())
        } catch {
            result = .failure(error)
        }
        for connection in connections { await connection.close(grace: .seconds(2)) }
        return try result.get()
    }
}
