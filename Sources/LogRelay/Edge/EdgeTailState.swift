import OrderLog

/// The knowledge of an edge's tail: its place in the log, and the times at which Redis and the database told of it.
/// Times come in as parameters.
struct EdgeTailState {
    /// Nil until the log was read for the first time.
    private(set) var cursor: EdgeCursor?
    /// The database takes writes, and tells of new events by NOTIFY.
    var isPrimary = false
    /// The time of the last message of this log's history.
    private var lastMessage: ContinuousClock.Instant?
    /// The time at which the database was read last.
    private var lastRead: ContinuousClock.Instant?
    /// The beginning of what is missing in streams now; nil where nothing is.
    private var lagging: ContinuousClock.Instant?
    private var replicaMarks = ReplicaMarks()
    /// The events that the database lacked when it was read last, of those that were known before the read.
    private var replicaMissing: Int64 = 0
    /// The last look at the replica, and the time since which something keeps it from new events.
    private var replicaLook: ReplicaLook?
    private var obstructed: (since: ContinuousClock.Instant, by: ReplicaLook.Obstacle)?
    /// The first and the last message of a history that the database does not have, since the last one of its own.
    private var doubt: (since: ContinuousClock.Instant, last: ContinuousClock.Instant)?
    /// The beginning of the doubt for which another host was tried.
    private var triedDoubt: ContinuousClock.Instant?

    /// The time without a message after which Redis counts as silent.
    private static let silence: Duration = .seconds(2)
    /// The time without a read of the database after which streams are no longer supplied by it.
    private static let patience: Duration = .milliseconds(2500)
    /// The times between two reads of the database: while Redis tells of new events, and while it does not.
    static let (idleInterval, activeInterval): (Duration, Duration) = (.seconds(1), .milliseconds(100))
    /// The time for which events may be missing before the edge is no longer ready.
    private static let lagPatience: Duration = .seconds(5)
    /// The time for which a replica may stand still, though nobody tells of events that it lacks. A receiver that has
    /// lost its primary tries again after 5 s.
    private static let obstaclePatience: Duration = .seconds(10)

    // MARK: Judgement

    /// Messages of Redis follow each other at present.
    func isFresh(at now: ContinuousClock.Instant) -> Bool {
        lastMessage.map { now - $0 < Self.silence } ?? false
    }

    /// Redis or the database tells of new events at present.
    func isSupplied(at now: ContinuousClock.Instant) -> Bool {
        cursor != nil && (isFresh(at: now) || (lastRead.map { now - $0 < Self.patience } ?? false))
    }

    /// The time since which messages tell of a history that the database does not have; nil where none do now.
    func doubtedSince(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        doubt.flatMap { now - $0.last < Self.silence ? $0.since : nil }
    }

    /// The database lacks an epoch that is known, or that messages tell of: another host may have it. For messages
    /// another one is tried once, since they may be those of a copy of the log.
    func lacksEpoch(at now: ContinuousClock.Instant) -> Bool {
        cursor?.isDatabaseFormer == true || doubtedSince(at: now).map { $0 != triedDoubt } ?? false
    }

    /// The database should be read now.
    func isReadDue(at now: ContinuousClock.Instant) -> Bool {
        // The listener of a primary tells of events, and each second is enough to make sure.
        let isQuick = !isFresh(at: now) && !isPrimary || cursor?.needsDatabase == true || doubtedSince(at: now) != nil
        return isReadOlder(than: isQuick ? Self.activeInterval * 0.9 : Self.idleInterval, at: now)
    }

    private func isReadOlder(than age: Duration, at now: ContinuousClock.Instant) -> Bool {
        lastRead.map { now - $0 >= age } ?? true
    }

    func unreadiness(at now: ContinuousClock.Instant) -> Unreadiness? {
        if cursor == nil { return .starting }
        if !isSupplied(at: now) { return .tailBehind }
        let isLate = [lagging, replicaLagging].contains { $0.map { now - $0 > Self.lagPatience } ?? false }
        return isLate || obstacle(at: now) != nil ? .replicaBehind : nil
    }

    /// The time since which the database has lacked the oldest event that is known and missing there; nil where it has
    /// all.
    var replicaLagging: ContinuousClock.Instant? { replicaMarks.oldest }

    /// The reason why the replica has stood still for a while; nil where it goes on. Not asked while Redis tells of
    /// every event: then it is known what the replica lacks.
    func obstacle(at now: ContinuousClock.Instant) -> ReplicaLook.Obstacle? {
        guard let obstructed, !isFresh(at: now), now - obstructed.since > Self.obstaclePatience else { return nil }
        return obstructed.by
    }

    func lag(at now: ContinuousClock.Instant) -> EdgeTail.Lag {
        (cursor?.lag ?? 0, lagging.map { now - $0 } ?? .zero)
    }

    func replicaLag(at now: ContinuousClock.Instant) -> EdgeTail.Lag {
        let since = [replicaLagging, obstacle(at: now).flatMap { _ in obstructed?.since }].compactMap { $0 }.min()
        return (replicaMissing, since.map { now - $0 } ?? .zero)
    }

    // MARK: Steps

    mutating func begin(_ cursor: EdgeCursor) {
        self.cursor = cursor
    }

    /// - Returns: nil before the tail has begun. The outcome's need is left out where the database was read just now.
    mutating func take(_ message: RelayMessage, at now: ContinuousClock.Instant) -> EdgeCursor.Outcome? {
        guard var outcome = move(at: now, { $0.take(message) }) else { return nil }
        if outcome.isUnconfirmed {
            doubt = (doubt?.since ?? now, now)
            // However many such messages come, the database is not read for each of them.
            if !isReadOlder(than: Self.activeInterval, at: now) { outcome.need = nil }
        } else if !outcome.isStale {
            (lastMessage, doubt) = (now, nil)
        }
        return outcome
    }

    /// - Parameters:
    ///   - start: the event after which the page was read.
    ///   - told: the last event that was known before the read.
    /// - Returns: nil before the tail has begun.
    mutating func take(
        _ page: FollowedPage,
        after start: Int64,
        told: Int64,
        at now: ContinuousClock.Instant
    ) -> EdgeCursor.Outcome? {
        guard let outcome = move(at: now, { $0.take(page, after: start) }), let cursor else { return nil }
        lastRead = now
        // After a fork, what was told before counts no longer.
        replicaMissing = max(0, min(told, cursor.told) - cursor.databaseHead)
        replicaMarks.take(told: min(told, cursor.told), existing: cursor.told, database: cursor.databaseHead, at: now)
        return outcome
    }

    mutating func take(_ look: ReplicaLook, at now: ContinuousClock.Instant) {
        let obstacle = look.obstacle(after: replicaLook)
        replicaLook = look
        obstructed = obstacle.map { (obstructed?.since ?? now, $0) }
    }

    /// Takes note that the database's connection was lost: the next one may lead elsewhere.
    mutating func databaseLost() {
        (replicaLook, obstructed) = (nil, nil)
    }

    /// Takes note that another host is tried.
    mutating func hostLeft() {
        triedDoubt = doubt?.since
    }

    mutating func redisLost() {
        (lastMessage, doubt) = (nil, nil)
    }

    private mutating func move(
        at now: ContinuousClock.Instant,
        _ step: (inout EdgeCursor) -> EdgeCursor.Outcome
    ) -> EdgeCursor.Outcome? {
        guard var cursor else { return nil }
        // Held once, so that the events that it keeps are not copied with each step.
        self.cursor = nil
        let outcome = step(&cursor)
        self.cursor = cursor
        lagging = cursor.lag > 0 ? lagging ?? now : nil
        return outcome
    }
}
