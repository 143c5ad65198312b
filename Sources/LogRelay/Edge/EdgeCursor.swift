import OrderLog

/// The place of an edge in the log, and the decisions on what comes from Redis and from the database: no event is
/// skipped, doubled or taken from another history, whatever is lost, late or sent twice.
///
/// A pure state machine. The database alone tells of histories: a message of another one is left aside until the
/// database has its epochs. The leader of a copy of the log, such as one that was restored for a test, publishes in the
/// same channel with the same secret, and its history continues that of the original.
struct EdgeCursor {
    /// A call of the sink.
    enum Step: Equatable {
        case publish([LoggedEvent], EpochTable)
        /// The events after `seq` no longer exist.
        case fork(after: Int64, EpochTable)
    }

    /// The source of events.
    enum Source: String, CaseIterable {
        case redis, database
    }

    /// The reasons to read the database now.
    enum Need: String, CaseIterable {
        /// A batch does not follow the last event.
        case gap
        /// A message tells of a head beyond the last event.
        case behind
        /// A message is of another history.
        case otherHistory
    }

    struct Outcome: Equatable {
        var steps: [Step] = []
        var need: Need?
        /// The message is of an earlier state of the history.
        var isStale = false
        /// The message's history has epochs that the database does not have: the database may be a former one.
        var isUnconfirmed = false
        /// Events that became visible, by their source.
        var published: [Source: Int] = [:]
    }

    /// The last event that was published.
    private(set) var seq: Int64
    var history: EpochTable { proven.table }
    private(set) var proven: ProvenHistory
    /// The last event that Redis or the database told of, in this history.
    private(set) var told: Int64
    /// The last event that the database had when it was read last.
    private(set) var databaseHead: Int64
    /// The database's history lacks epochs that are known.
    private(set) var isDatabaseFormer = false
    private(set) var pending: PendingEvents

    init(after seq: Int64, in history: EpochTable, databaseHead: Int64, pending: PendingEvents = PendingEvents()) {
        self.seq = seq
        proven = ProvenHistory(history)
        self.databaseHead = databaseHead
        self.pending = pending
        told = databaseHead
    }

    /// The events that the database has not told of yet, though they exist.
    var databaseLag: Int64 { max(0, max(told, seq) - databaseHead) }
    /// The events that are known to exist and were not published.
    var lag: Int64 { max(0, told - seq) }
    /// Events are missing that no message brings: the database must tell of them.
    var needsDatabase: Bool { told > seq }

    // MARK: Redis

    mutating func take(_ message: RelayMessage) -> Outcome {
        var outcome = Outcome()
        switch proven.relation(of: message.history) {
        case .same: break
        case .former:
            outcome.isStale = true
            return outcome
        case .continues, .other:
            outcome.need = .otherHistory
            outcome.isUnconfirmed = true
            return outcome
        }
        told = max(told, message.head)
        if case .batch(let events) = message.content, let last = events.last {
            told = max(told, last.seq)
            let next = events.drop { $0.seq <= seq }
            if next.first?.seq == seq + 1 {
                publish(Array(next), from: .redis, &outcome)
            } else if !next.isEmpty {
                pending.add(next)
                outcome.need = .gap
            }
        }
        if needsDatabase, outcome.need == nil { outcome.need = .behind }
        return outcome
    }

    // MARK: Database

    /// - Parameter start: the event after which the page was read.
    mutating func take(_ page: FollowedPage, after start: Int64) -> Outcome {
        var outcome = Outcome()
        var limit = Int64.max
        isDatabaseFormer = false
        if page.history.isFormer(of: history) {
            // The replica lags: what it has of the common history is good, what it has beyond is lost.
            isDatabaseFormer = true
            limit = history.commonPrefix(with: page.history, upTo: .max)
        } else if page.history.continues(history) {
            continueHistory(page.history, &outcome)
        } else {
            let common = history.commonPrefix(with: page.history, upTo: seq)
            if common < seq { outcome.steps.append(.fork(after: common, page.history)) }
            (seq, proven) = (common, ProvenHistory(page.history))
            pending.removeAll()
            told = page.head
        }
        databaseHead = min(page.head, limit)
        told = max(told, databaseHead)
        let next = page.events.drop { $0.seq <= seq }.prefix { $0.seq <= limit }
        if next.first?.seq == seq + 1 { publish(Array(next), from: .database, &outcome) }
        // After a fork, the page began behind the new place.
        if needsDatabase, databaseHead > seq { outcome.need = .behind }
        return outcome
    }

    // MARK: Steps

    private mutating func continueHistory(_ longer: EpochTable, _ outcome: inout Outcome) {
        guard longer != history else { return }
        let common = history.commonPrefix(with: longer, upTo: .max)
        pending.truncate(after: common)
        if common < seq {
            outcome.steps.append(.fork(after: common, longer))
            seq = common
        }
        // Heads that were told of the former history count no longer beyond the fork.
        told = min(told, max(common, seq))
        databaseHead = min(databaseHead, common)
        proven = ProvenHistory(longer)
    }

    private mutating func publish(_ events: [LoggedEvent], from source: Source, _ outcome: inout Outcome) {
        guard let last = events.last else { return }
        outcome.steps.append(.publish(events, history))
        outcome.published[source, default: 0] += events.count
        seq = last.seq
        let kept = pending.take(after: seq)
        if let last = kept.last {
            outcome.steps.append(.publish(kept, history))
            outcome.published[.redis, default: 0] += kept.count
            seq = last.seq
        }
        told = max(told, seq)
    }
}
