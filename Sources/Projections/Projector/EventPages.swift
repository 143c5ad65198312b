import OrderLog
import Postgres

/// The events that a projector folds, page by page: those of the process's tail where they are at hand, else those of
/// the log.
struct EventPages {
    /// The most events that are read from the log at once: the server looks at all of them, however few have room.
    private static let readLimit = 2000

    private let tailed: TailedEvents
    private let limit: Int
    private let timeout: Duration
    private var last = LastPage()

    /// - Parameters:
    ///   - limit: the most events of a page.
    ///   - timeout: the time without an answer after which the connection is closed.
    init(_ tailed: TailedEvents, limit: Int, timeout: Duration) {
        self.tailed = tailed
        self.limit = limit
        self.timeout = timeout
    }

    /// The last page was full, so that more may follow.
    var isFull: Bool { last.isFull }

    /// Drops the last page.
    mutating func forget() { last = LastPage() }

    /// The events after one, from the very next on.
    ///
    /// - Parameters:
    ///   - head: the log's last event.
    ///   - history: the history of the transaction's connection.
    mutating func events(
        after seq: Int64,
        through head: Int64,
        in history: EpochTable,
        on transaction: PostgresConnection
    ) async throws -> [LoggedEvent] {
        if let known = last.events(after: seq) { return known }
        let bytes = Checkpoint.eventBytes
        if let known = tailed.events(after: seq, through: head, limit: limit, byteLimit: bytes, in: history) {
            last.keep(known.events, isFull: known.isCut)
            return known.events
        }
        let limit = min(limit, Self.readLimit)
        let query = Checkpoint.selectEvents(after: seq, limit: limit)
        let rows = try await transaction.query(query.sql, query.bindings, timeout: timeout)
        let (events, isCut) = try LoggedEvent.decodePage(rows)
        last.keep(events, isFull: isCut || events.count == limit)
        return events
    }
}
