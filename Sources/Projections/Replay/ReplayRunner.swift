package import Logging
package import Postgres
import Primitives
import ServiceLifecycle

/// Replays that operators start over HTTP. They run in this process, behind its requests, until they are done or the service
/// ends; what they have built by then stays for the next one.
package final class ReplayRunner: Service {
    private let replay: Replay
    private let logger: Logger
    private let jobs: AsyncStream<Job>
    private let continuation: AsyncStream<Job>.Continuation

    private struct Job: Sendable {
        let name: String
        /// Fulfilled with the first progress, or the reason that the replay did not start.
        let start: OneShotPromise<Result<ReplayProgress, any Error>>
    }

    package init(configuration: PostgresConfiguration, logger: Logger) {
        // One core is left to the requests.
        replay = Replay(configuration: configuration, workers: 1, logger: logger)
        self.logger = logger
        (jobs, continuation) = AsyncStream.makeStream(of: Job.self)
    }

    package func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await job in jobs {
                    group.addTask(priority: .background) { await self.perform(job) }
                }
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            self.continuation.finish()
        }
    }

    /// Starts a replay and returns when it is the only one of that projection.
    ///
    /// - Throws: `ReplayFailure`; the database's error; `CancellationError` where the service is ending.
    package func start(_ name: String) async throws -> ReplayProgress {
        let start = OneShotPromise<Result<ReplayProgress, any Error>>()
        if case .terminated = continuation.yield(Job(name: name, start: start)) { throw CancellationError() }
        return try await start.value().get()
    }

    /// Cancels a replay, whichever process runs it, and drops what an interrupted one has left.
    ///
    /// - Returns: false where it has been told and is still ending.
    package func cancel(_ name: String) async throws -> Bool { try await replay.discard(name) }

    private func perform(_ job: Job) async {
        do {
            try await replay.run(job.name) { job.start.fulfill(.success($0)) }
        } catch {
            if job.start.fulfill(.failure(error)) { return }
            let isWanted =
                if case .cancelled = error as? ReplayFailure { true } else { error is CancellationError }
            logger.log(
                level: isWanted ? .notice : .error,
                "a replay ended before it was done",
                metadata: ["model": "\(job.name)", "error": "\(error)"]
            )
        }
    }
}
