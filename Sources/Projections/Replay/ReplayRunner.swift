package import Logging
package import Postgres
import ServiceLifecycle
import Synchronization

/// Replays that operators start over HTTP. They run in this process, behind its requests, until they are done or the service
/// ends; what they have built by then stays for the next one.
package final class ReplayRunner: Service {
    private let replay: Replay
    private let logger: Logger
    private let jobs: AsyncStream<Job>
    private let continuation: AsyncStream<Job>.Continuation

    private struct Job: Sendable {
        let name: String
        let start: Start
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
        let start = Start()
        if case .terminated = continuation.yield(Job(name: name, start: start)) { throw CancellationError() }
        return try await start.value()
    }

    /// Cancels a replay, whichever process runs it, and drops what an interrupted one has left.
    ///
    /// - Returns: false where it has been told and is still ending.
    package func cancel(_ name: String) async throws -> Bool { try await replay.discard(name) }

    private func perform(_ job: Job) async {
        do {
            try await replay.run(job.name) { job.start.settle(.success($0)) }
        } catch {
            if job.start.settle(.failure(error)) { return }
            let isWanted =
                if case .cancelled = error as? ReplayFailure { true } else { error is CancellationError }
            logger.log(
                level: isWanted ? .notice : .error,
                "a replay ended before it was done",
                metadata: ["model": "\(job.name)", "error": "\(error)"]
            )
        }
    }

    /// How a replay began, for the one who asked for it.
    private final class Start: Sendable {
        private typealias Outcome = Result<ReplayProgress, any Error>

        private enum State {
            case open
            case awaited(CheckedContinuation<Outcome, Never>)
            case settled(Outcome)
        }

        private let state = Mutex(State.open)

        /// - Returns: false where it was settled before.
        @discardableResult
        func settle(_ outcome: Result<ReplayProgress, any Error>) -> Bool {
            let (isFirst, waiter): (Bool, CheckedContinuation<Outcome, Never>?) = state.withLock { state in
                switch state {
                case .settled: return (false, nil)
                case .open:
                    state = .settled(outcome)
                    return (true, nil)
                case .awaited(let waiter):
                    state = .settled(outcome)
                    return (true, waiter)
                }
            }
            waiter?.resume(returning: outcome)
            return isFirst
        }

        func value() async throws -> ReplayProgress {
            let outcome: Outcome = await withCheckedContinuation { waiter in
                let settled: Outcome? = state.withLock { state in
                    if case .settled(let outcome) = state { return outcome }
                    state = .awaited(waiter)
                    return nil
                }
                if let settled { waiter.resume(returning: settled) }
            }
            return try outcome.get()
        }
    }
}
