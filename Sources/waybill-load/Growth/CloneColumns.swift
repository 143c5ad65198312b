/// The SQL that clones the rows of one order: another id and customer, later positions, other times, the same facts. In
/// it `base` is the row, `k` the clone's number, and `moved` the clone's new id.
enum CloneColumns {
    /// The expression for a column of the clone.
    ///
    /// - Parameters:
    ///   - column: the column's name.
    ///   - type: the column's type, as in `information_schema.columns.data_type`.
    static func expression(_ column: String, type: String) -> String {
        let quoted = "base.\"\(column)\""
        switch (column, type) {
        case ("order_id", _): return "moved"
        case ("seq", _), ("first_seq", _), ("last_seq", _): return "\(quoted) + k * :length"
        case (_, "timestamp with time zone"): return "\(quoted) + shift"
        case ("customer", _): return "replace(\(quoted), 'cust-', 'c' || k || '-')"
        case ("state", _):
            let moved = "replace(\(quoted), base.order_id::text, moved::text)"
            return #"replace(\#(moved), '"customer":"cust-', '"customer":"c' || k || '-')"#
        case ("command_id", _): return "replace(\(quoted), base.order_id::text, moved::text)"
        default: return quoted
        }
    }

    /// The statement that copies a table of the schema `growth` once for each clone.
    ///
    /// - Parameters:
    ///   - table: the table's name.
    ///   - columns: the names and types of the columns, in the table's order.
    ///   - clones: the numbers of the clones.
    ///   - newest: the number of the clone that keeps its times.
    ///   - length: the number of events in one clone of the log.
    ///   - step: the time between two clones, in seconds.
    static func insert(
        into table: String,
        columns: [(name: String, type: String)],
        clones: ClosedRange<Int>,
        newest: Int,
        length: Int,
        step: Double
    ) -> String {
        let names = columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
        let values = columns.map { expression($0.name, type: $0.type) }.joined(separator: ", ")
        return """
            insert into \(table) (\(names))
            select \(values)
            from generate_series(\(clones.lowerBound), \(clones.upperBound)) k
            cross join lateral (select make_interval(secs => (k - \(newest)) * \(step)) shift) s
            cross join growth."\(table)" base
            cross join lateral (select growth.moved(base.order_id, ((k - \(newest)) * \(step) * 1000)::bigint) moved) m
            \(columns.contains { $0.name == "seq" } ? "order by k, base.seq" : "");
            """
            .split(separator: ":length").joined(separator: String(length))
    }
}
