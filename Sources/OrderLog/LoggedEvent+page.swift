package import Postgres

/// Reading of events by pages that are bounded in bytes: an event may hold a few hundred bytes or a few hundred
/// kilobytes, so that a number of events says nothing about memory.
extension LoggedEvent {
    /// The size of the texts of all events in one result, in bytes, beyond which further events come without texts.
    package static let pageByteLimit = 8 << 20

    /// SQL that selects `columns` of the events of a query. The texts of the first events have room in the result;
    /// `decodePage` leaves the events without texts out.
    ///
    /// - Parameters:
    ///   - events: a query of whole rows of `events`, sorted by `order`.
    ///   - order: the column by which the query sorts, unique among its rows.
    ///   - byteLimit: the size of the texts in bytes. The first event comes whole, whatever its size.
    package static func page(of events: String, by order: String = "seq", byteLimit: Int = pageByteLimit) -> String {
        """
        select seq, order_id, version, number, shop, customer, type, schema, status_before, status, \
        case when b.bytes_before < \(byteLimit) then data end as data, \
        case when b.bytes_before < \(byteLimit) then internal end as internal, \
        actor, command_id, correlation_id, causation_id, occurred_at, recorded_at \
        from (\(sized(events, by: order))) b order by b.\(order)
        """
    }

    /// SQL for the rows of a query and the column `bytes_before`: the size of the texts of all rows before each one.
    package static func sized(_ events: String, by order: String = "seq") -> String {
        """
        select q.*, coalesce(sum(\(textBytes(of: "q"))) over ( \
        order by q.\(order) rows between unbounded preceding and 1 preceding), 0) as bytes_before from (\(events)) q
        """
    }

    /// SQL for the size of an event's texts. The server knows the size of an uncompressed text without reading it;
    /// small texts are never compressed.
    private static func textBytes(of row: String) -> String {
        ["data", "internal"].map { column in
            """
            coalesce(case when pg_column_compression(\(row).\(column)) is null then pg_column_size(\(row).\(column)) \
            else octet_length(\(row).\(column)::text) end, 0)
            """
        }.joined(separator: " + ")
    }

    /// Decodes rows of `page`.
    ///
    /// - Returns: the events with texts, and whether others follow that had no room.
    package static func decodePage(
        _ rows: some Collection<PostgresRow>,
        of result: PostgresResult
    ) throws -> (events: [LoggedEvent], isCut: Bool) {
        guard !rows.isEmpty else { return ([], false) }
        let columns = try Columns(result)
        var events: [LoggedEvent] = []
        events.reserveCapacity(rows.count)
        for row in rows {
            guard columns.hasTexts(row) else { return (events, true) }
            events.append(try columns.read(row))
        }
        return (events, false)
    }

    /// Decodes all rows of a result of `page`.
    package static func decodePage(_ result: PostgresResult) throws -> (events: [LoggedEvent], isCut: Bool) {
        try decodePage(result, of: result)
    }
}
