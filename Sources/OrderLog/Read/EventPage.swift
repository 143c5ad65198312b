import Postgres

/// Events in ascending order, read by one statement. A page of large events has fewer of them than requested.
package struct EventPage: Sendable {
    package let events: [LoggedEvent]
    /// All wanted events up to this one are on this page or before it.
    package let through: Int64
    /// The log goes on beyond `through`, so that there may be more wanted events.
    package let hasMore: Bool
    /// The history of the server that the events come from, for their positions.
    package let history: EpochTable
    /// The page ends where it is as large as a page may be, and not at its limit of events.
    package let isCut: Bool

    init(events: [LoggedEvent], of history: EpochTable, through: Int64, hasMore: Bool, isCut: Bool = false) {
        self.events = events
        self.history = history
        self.through = through
        self.hasMore = hasMore
        self.isCut = isCut
    }

    /// The page without the events after one of the log; there seem to be no more.
    func cut(after seq: Int64) -> EventPage {
        guard seq < through else { return self }
        return EventPage(events: events.filter { $0.seq <= seq }, of: history, through: seq, hasMore: false)
    }

    /// Decodes rows of `LoggedEvent.page` and `head_seq`, one row more than `limit` where there are more events.
    ///
    /// - Parameters:
    ///   - rows: at least one; its event is NULL where no event was found.
    ///   - history: the history of the server that the rows come from.
    ///   - seq: the position after which the statement searched.
    ///   - bound: the last event that the statement searched.
    ///   - through: the last wanted event; nil for the head.
    init(
        _ rows: PostgresResult,
        of history: EpochTable,
        after seq: Int64,
        bound: Int64,
        through: Int64?,
        limit: Int
    ) throws {
        guard let first = rows.first else { throw MissingLogHead() }
        let end = min(try first.get(rows.column("head_seq", as: Int64.self)), through ?? .max)
        let reached = max(min(end, bound), min(seq, end))
        guard try first.get(rows.column("seq", as: Int64?.self)) != nil else {
            self.init(events: [], of: history, through: reached, hasMore: reached < end)
            return
        }
        let (events, isCut) = try LoggedEvent.decodePage(rows.prefix(limit), of: rows)
        if isCut || rows.count > limit, let last = events.last {
            self.init(events: events, of: history, through: last.seq, hasMore: true, isCut: isCut)
        } else {
            self.init(events: events, of: history, through: reached, hasMore: reached < end)
        }
    }
}
