package import Logging
import OrderLog
package import Postgres

/// Rebuilds a projection from the log: a new version is built beside the one that is served, and takes over under the head
/// lock. Serving goes on all the time.
///
/// Cancelling the task interrupts it: what is built stays, and the next replay of that projection goes on there, as it does
/// after a crash. `discard` cancels it for good.
package struct Replay: Sendable {
    private let configuration: PostgresConfiguration
    private let logger: Logger
    /// How many workers fold.
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
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        configuration.serverSettings.merge(ReplaySession.settings) { $1 }
        self.configuration = configuration
        self.workers = max(1, workers)
        self.limits = limits
        self.logger = logger
    }

    /// Rebuilds one projection.
    ///
    /// - Parameters:
    ///   - claimed: called once this replay is the only one of that projection.
    ///   - progress: called about twice a second, and once more at the end.
    /// - Returns: how it ended.
    /// - Throws: `ReplayFailure`, `CancellationError`, or the database's error. What is served is as it was.
    @discardableResult
    package func run(
        _ name: String,
        claimed: @Sendable (ReplayProgress) -> Void = { _ in },
        progress: @escaping @Sendable (ReplayProgress) -> Void = { _ in }
    ) async throws -> ReplayProgress {
        guard let model = ReadModels.replayable(named: name) else { throw ReplayFailure.unknown(name) }
        return try await withConnections(3) { connections in
            let claim = ReplayClaim(name: name, control: connections[0], logger: logger)
            try await claim.take()
            let session = try await claim.session(reader: connections[1], writer: connections[2], limits: limits)
            claimed(session.state.progress)
            do {
                try await build(model, session, progress)
            } catch let error as ReplayFailure {
                if case .cancelled = error { try await claim.drop(session.version) }
                throw error
            }
            try await claim.finish()
            let end = session.state.measured()
            progress(end)
            return end
        }
    }

    /// Cancels a replay of the projection, running or interrupted; what was built is dropped.
    ///
    /// - Returns: false where a running one has been told and is still ending.
    /// - Throws: `ReplayFailure.unknown`, or the database's error.
    package func discard(_ name: String) async throws -> Bool {
        guard ReadModels.replayable(named: name) != nil else { throw ReplayFailure.unknown(name) }
        return try await withConnections(1) { connections in
            let claim = ReplayClaim(name: name, control: connections[0], logger: logger)
            for _ in 0..<100 {
                let told = ReplayStatements.cancel(name)
                guard try await connections[0].query(told.sql, told.bindings).affectedRows > 0 else { return true }
                do {
                    try await claim.take()
                    try await claim.dropLeftovers()
                    return true
                } catch ReplayFailure.underWay {
                    // It looks at its row twice a second.
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            return false
        }
    }

    private func build<Model: ReplayableModel>(
        _ model: Model,
        _ session: ReplaySession,
        _ progress: @escaping @Sendable (ReplayProgress) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await ReplayBuild(model: model, session: session, workers: workers).run()
                try await ReplayTakeover(model: model, session: session).run()
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
