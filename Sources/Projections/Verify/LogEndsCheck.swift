import OrderLog
import Postgres

/// Compares the log's first and last events with `log_head` and `log_epochs`.
struct LogEndsCheck: Sendable {
    let report: @Sendable (Difference) -> Void

    func run(in pool: PostgresPool) async throws {
        let rows = try await pool.query(
            """
            select h.seq as head, h.epoch as epoch,
                (select seq from events order by seq limit 1) as first,
                (select seq from events order by seq desc limit 1) as last,
                (select epoch from log_epochs order by ordinal desc limit 1) as newest,
                to_char(h.recorded_at at time zone 'UTC', '\(Self.timeFormat)') as head_time,
                (select to_char(e.recorded_at at time zone 'UTC', '\(Self.timeFormat)') from (
                    select recorded_at from events order by seq desc limit 1) e
                    where e.recorded_at > h.recorded_at) as later_time
            from log_head h
            """
        )
        // The head was read before: its row was there.
        guard let row = rows.first else { return }
        let head = try row.get("head", as: Int64.self)
        try compare("first position", stored: row.get("first", as: Int64?.self) ?? 1, expected: 1)
        try compare("head", stored: head, expected: row.get("last", as: Int64?.self) ?? 0)
        try compare(
            "head epoch",
            stored: row.get("epoch", as: String.self),
            expected: row.get("newest", as: String?.self) ?? ""
        )
        if let later = try row.get("later_time", as: String?.self) {
            try compare("head time", stored: row.get("head_time", as: String.self), expected: "\(later) or later")
        }
        try await compareEpochs(head: head, in: pool)
    }

    static let timeFormat = #"YYYY-MM-DD"T"HH24:MI:SS.US"Z""#

    /// Epochs are numbered without holes, begin in their order with the first event, and none begins beyond the next
    /// event.
    private func compareEpochs(head: Int64, in pool: PostgresPool) async throws {
        let epochs = try await pool.withConnection { try await EpochStore.load($0, after: 0) }
        var begin: Int64 = 1
        for (place, epoch) in epochs.enumerated() {
            compare("epoch \(epoch.name) ordinal", stored: epoch.ordinal, expected: Int64(place + 1))
            let field = "epoch \(epoch.name) first position"
            if place == 0 {
                compare(field, stored: epoch.firstSeq, expected: 1)
            } else if epoch.firstSeq < begin {
                compare(field, stored: "\(epoch.firstSeq)", expected: "\(begin) or later")
            }
            begin = max(begin, epoch.firstSeq)
        }
        // An epoch may have been opened since the head was read, after more events.
        if let last = epochs.last, last.firstSeq > head + 1 {
            let now = try await LogHead.decodeSeq(pool.query(LogHead.selectSeq))
            if last.firstSeq > now + 1 {
                let field = "epoch \(last.name) first position"
                compare(field, stored: "\(last.firstSeq)", expected: "\(now + 1) or earlier")
            }
        }
    }

    private func compare<Value: Equatable>(_ field: String, stored: Value, expected: Value) {
        guard stored != expected else { return }
        report(
            Difference(
                projection: LogVerification.name,
                orderId: nil,
                field: field,
                stored: "\(stored)",
                expected: "\(expected)"
            )
        )
    }
}
