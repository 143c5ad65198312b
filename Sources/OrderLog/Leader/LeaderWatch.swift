import Logging
import Postgres

/// A candidate's look at the leader: says once that another process leads, and ends the session of a leader that has
/// fallen silent, so that its lock is free.
struct LeaderWatch {
    private let resume: FrozenProcessResumer?
    private let logger: Logger
    /// The leader that was said last.
    private var known: LeaderSession?
    /// The session that was told to end, and the time of that.
    private var ended: (session: LeaderSession, at: ContinuousClock.Instant)?
    private var isReported = false

    /// The time after which operators are told of a session that does not end.
    private static let patience: Duration = .seconds(5)

    /// - Parameter resume: lets a stopped server process run, where the server is the service's own.
    init(resume: FrozenProcessResumer?, logger: Logger) {
        self.resume = resume
        self.logger = logger
    }

    /// Looks once.
    ///
    /// - Returns: true where the leader's session was told to end just now.
    mutating func look(on connection: PostgresConnection) async throws -> Bool {
        guard let leader = try await LeaderSession.current(on: connection) else { return false }
        if known?.isSession(leader) != true {
            known = leader
            logger.info(
                "another process leads: it runs the projections and the maintenance, and this one stands by",
                metadata: ["serverProcess": "\(leader.pid)", "address": "\(leader.address ?? "local")"]
            )
        }
        if let resume, await resume.isStopped(leader.pid) {
            logger.warning(
                "a stopped server process keeps the leadership; letting it run, and ending it",
                metadata: ["pid": "\(leader.pid)"]
            )
            try await leader.end(on: connection)
            await resume.resume(leader.pid)
            return true
        }
        guard leader.isSilent else { return false }
        if let ended, ended.session.isSession(leader) {
            reportIfFrozen(leader, since: ended.at)
            return false
        }
        logger.warning(
            "the leader has fallen silent; ending its session and taking over",
            metadata: [
                "serverProcess": "\(leader.pid)", "address": "\(leader.address ?? "local")",
                "seconds": "\(Int(leader.seconds))",
            ]
        )
        (ended, isReported) = ((leader, .now), false)
        try await leader.end(on: connection)
        return true
    }

    private mutating func reportIfFrozen(_ leader: LeaderSession, since end: ContinuousClock.Instant) {
        guard .now - end > Self.patience, !isReported else { return }
        isReported = true
        logger.error(
            """
            a frozen server process keeps the leadership, and the projections wait until it has ended; it was told to \
            end, and does so as soon as it runs: on the database's machine, `kill -CONT \(leader.pid)`; where that is \
            not possible, restart the database's server
            """,
            metadata: ["pid": "\(leader.pid)"]
        )
    }
}
