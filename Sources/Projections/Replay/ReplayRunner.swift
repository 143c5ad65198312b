package import Logging
package import Postgres
import Primitives
import ServiceLifecycle
import Synchronization

/// Runs replays in this process, with less priority than its requests: those that operators start over HTTP, and at the
/// start those of the read models that a former version of Waybill has built.
///
/// Running replays are interrupted when the service ends; the next replay of the projection continues there.
package final class ReplayRunner: Service {
    private let replay: Replay
    private let logger: Logger
    private let jobs: AsyncStream<Job>
    private let continuation: AsyncStream<Job>.Continuation
    /// The number of jobs that wait or run.
    private let jobCount = Mutex(0)

    /// The largest number of jobs that wait or run. Only one of a projection goes on; the others end soon.
    private static let jobLimit = 16

    private struct Job: Sendable {
        let name: String
        /// Fulfilled with the first progress, or with the reason why the replay did not start.
        let start: OneShotPromise<Result<ReplayProgress, any Error>>
    }

    package init(configuration: PostgresConfiguration, logger: Logger) {
        // One worker: the other cores are left to the requests.
        replay = Replay(configuration: configuration, workers: 1, logger: logger)
        self.logger = logger
        (jobs, continuation) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .bufferingOldest(Self.jobLimit))
    }

    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                let upgrade = LayoutUpgrade(replay: replay, logger: logger)
                group.addTask(priority: .background) { await upgrade.run() }
                for await job in jobs {
                    group.addTask(priority: .background) { await self.perform(job) }
                }
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            self.continuation.finish()
        }
    }

    /// Starts a replay, and returns when the replay is the only one of that projection.
    ///
    /// - Throws: `ReplayFailure`, the database's error, or `CancellationError` where the service is ending. Where too
    ///   many replays are wanted at once, `ReplayFailure.underWay`.
    package func start(_ name: String) async throws -> ReplayProgress {
        let isAdmitted = jobCount.withLock { count in
            guard count < Self.jobLimit else { return false }
            count += 1
            return true
        }
        guard isAdmitted else { throw ReplayFailure.underWay(name) }
        let start = OneShotPromise<Result<ReplayProgress, any Error>>()
        if case .terminated = continuation.yield(Job(name: name, start: start)) { throw CancellationError() }
        return try await start.value().get()
    }

    /// Cancels a replay, whichever process runs it, or drops the version of an interrupted one.
    ///
    /// - Returns: false where the replay is cancelled and has not ended yet.
    package func cancel(_ name: String) async throws -> Bool { try await replay.discard(name) }

    private func perform(_ job: Job) async {
        defer { jobCount.withLock { $0 -= 1 } }
        do {
            try await replay.run(job.name) { job.start.fulfill(.success($0)) }
        } catch {
            if job.start.fulfill(.failure(error)) { return }
            let isWanted =
                if case .cancelled = error as? ReplayFailure { true } else { error is CancellationError }
            logger.log(
                level: isWanted ? .notice : .error,
                "a replay ended early; the served version is unchanged",
                metadata: ["model": "\(job.name)", "error": "\(error)"]
            )
        }
    }
}
