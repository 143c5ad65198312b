import Logging
import Postgres

/// Watches the appender's server process while a batch waits for it, and ends a process that does nothing.
///
/// A commit may take as long as the database's disk. A frozen server process looks the same to the appender, so the
/// server is asked on another connection, which is open for a while after each such wait alone.
struct AppenderWatch {
    /// A look at the process of one phase of an attempt.
    private struct Look {
        let since: ContinuousClock.Instant
        let at = ContinuousClock.now
        let wait: SessionWait
        let cause: SessionWait.Cause
    }

    private let activity: AppendActivity
    private let resume: FrozenProcessResumer?
    private let logger: Logger
    private var connection: KeptConnection
    private var last: Look?
    private var lastUse = ContinuousClock.now
    private var patience = Self.shortPatience
    private var lastEnd: ContinuousClock.Instant?
    /// The age at which a statement has outlived the server's limit for it, which a frozen process does not obey. Also
    /// the time without an answer after which a process is left whose server cannot be asked.
    private let statementPatience: Duration

    /// The time without an answer after which the server is asked.
    private static let firstLook: Duration = .seconds(1)
    /// The least time between two looks that are compared.
    private static let lookInterval: Duration = .milliseconds(200)
    /// The time without an answer after which a process is ended that does nothing, not even compute. Shorter than the
    /// time after which commands are refused, so that most are taken on a new connection.
    private static let shortPatience: Duration = .milliseconds(1500)
    /// The longest such time. It doubles from one process that is ended to the next, since a busy machine's processes
    /// look frozen too, and would never come to an end of their work.
    private static let longPatience: Duration = .seconds(10)
    /// The time without a process that was ended, after which the short time holds again.
    private static let calmTime: Duration = .seconds(30)
    /// The time without such a wait after which the connection is closed.
    private static let idleTime: Duration = .seconds(10)
    /// The time for the server's answer.
    private static let timeout: Duration = .seconds(1)

    /// - Parameters:
    ///   - configuration: the appender's.
    ///   - statementTimeout: the server's limit for one of the appender's statements.
    ///   - resume: tells of stopped processes of the service's own server; nil for a server of others.
    init(
        configuration: PostgresConfiguration,
        statementTimeout: Duration,
        activity: AppendActivity,
        resume: FrozenProcessResumer?,
        logger: Logger
    ) {
        statementPatience = statementTimeout + .milliseconds(500)
        var configuration = configuration
        // The login's own privileges: see `SessionWait`.
        configuration.roleExpression = nil
        connection = KeptConnection(configuration, name: "waybill watch", timeout: Self.timeout, logger: logger)
        self.activity = activity
        self.resume = resume
        self.logger = logger
    }

    /// Watches until the task is cancelled.
    mutating func run() async {
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: .milliseconds(100))
            if let attempt = activity.attemptWaiting(for: Self.firstLook) {
                lastUse = .now
                await look(at: attempt)
            } else if .now - lastUse > Self.idleTime {
                await close()
            }
        }
        await close()
    }

    private mutating func close() async {
        last = nil
        await connection.close()
    }

    private mutating func look(at attempt: AppendActivity.Attempt) async {
        do {
            let connection = try await connection.open()
            let earlier = last?.since == attempt.since ? last : nil
            let wait = try await SessionWait.read(attempt.session, on: connection)
            // A stopped process goes on to tell what it waited for, such as the disk.
            let isStopped = await resume?.isStopped(attempt.session.pid) ?? false
            let cause = isStopped ? .nothing : wait.cause(after: earlier?.wait, isCommitting: attempt.isCommitting)
            let isApart = earlier.map { .now - $0.at >= Self.lookInterval } ?? true
            if isApart { last = Look(since: attempt.since, wait: wait, cause: cause) }
            activity.note(attempt, isKeptFromCommit: cause != .disk)
            let now = ContinuousClock.now
            if cause == .unknown {
                if now - attempt.since >= statementPatience { await leave(attempt) }
                return
            }
            guard let earlier, isApart, earlier.cause == cause, !wait.hasGoneOn(since: earlier.wait) else { return }
            switch cause {
            case .nothing: break
            case .work:
                // A process that runs would have ended its statement by itself.
                guard min(wait.statementAge, now - attempt.since) >= statementPatience else { return }
            case .disk, .lock, .unknown: return
            }
            if let lastEnd, now - lastEnd > Self.calmTime { patience = Self.shortPatience }
            guard now - attempt.since >= (isStopped ? Self.shortPatience : patience) else { return }
            if !isStopped {
                lastEnd = now
                patience = min(patience * 2, Self.longPatience)
            }
            await end(attempt, wait, on: connection)
            // It ends as soon as it runs, and its locks with it.
            if isStopped { await resume?.resume(attempt.session.pid) }
        } catch {
            // A server that answers nobody is not at its disk.
            activity.note(attempt, isKeptFromCommit: true)
            logger.debug(
                "the state of the appender's server process is not known",
                metadata: ["error": "\(error)"]
            )
            await close()
        }
    }

    /// Closes the appender's connection alone: another server must not be told to end a process of the same number.
    private func leave(_ attempt: AppendActivity.Attempt) async {
        guard activity.abandon(attempt) else { return }
        logger.warning(
            """
            the appender's server process does not answer, and new connections lead to another server; connecting again
            """,
            metadata: ["pid": "\(attempt.session.pid)"]
        )
        await attempt.connection.close(grace: .zero)
    }

    /// Ends the process, so that its locks go, and the appender's connection to it. A frozen process ends when it runs
    /// again.
    private func end(
        _ attempt: AppendActivity.Attempt,
        _ wait: SessionWait,
        on connection: PostgresConnection
    ) async {
        guard activity.abandon(attempt) else { return }
        logger.warning(
            "the appender's server process does not go on; ending it, and connecting again",
            metadata: [
                "pid": "\(attempt.session.pid)", "state": "\(wait.state ?? "gone")",
                "waitsFor": "\(wait.event ?? "nothing")",
            ]
        )
        do {
            try await attempt.session.end(on: connection)
        } catch {
            logger.debug("the server process could not be ended", metadata: ["error": "\(error)"])
        }
        await attempt.connection.close(grace: .zero)
    }
}
