package import Foundation
import Orders
package import Postgres
import Primitives

/// The rows of some orders in a table of states, and the way from them to the orders: the one place where a state and
/// the events after it become a record.
package struct StoredStates: Sendable {
    package let rows: [EncodedOrder]
    /// The orders that have a row, but whose states have no room in the result. Never all of them.
    package let leftOut: [UUID]

    /// The size of all states in one result, in bytes, beyond which further states are left out. One state fits in any
    /// case.
    package static let byteLimit = 8 << 20

    package init(rows: [EncodedOrder], leftOut: [UUID] = []) {
        self.rows = rows
        self.leftOut = leftOut
    }

    /// Decodes the rows of `select`.
    package init(_ result: PostgresResult) throws {
        guard !result.isEmpty else {
            self.init(rows: [])
            return
        }
        let columns = try EncodedOrder.Columns(result)
        var (found, leftOut): ([EncodedOrder], [UUID]) = ([], [])
        for row in result {
            switch try columns.read(row) {
            case .found(let order): found.append(order)
            case .tooLarge(let orderId): leftOut.append(orderId)
            case .missing: break
            }
        }
        self.init(rows: found, leftOut: leftOut)
    }

    /// SQL for a state, or NULL where the states of the rows before it have reached a size. The server knows a state's
    /// size without reading it.
    ///
    /// - Parameters:
    ///   - row: the alias of the row with the columns `state` and `bytes_before`.
    ///   - limit: the size in bytes.
    package static func boundedState(of row: String, limit: Int = byteLimit) -> String {
        "case when \(row).bytes_before < \(limit) then \(row).state end as state"
    }

    /// SQL for the column `bytes_before`: the size of the states of the rows before this one.
    ///
    /// - Parameter order: the order of the rows.
    package static func bytesBefore(of row: String, order: String) -> String {
        """
        coalesce(sum(octet_length(\(row).state)) over (order by \(order)), 0) - octet_length(\(row).state) \
        as bytes_before
        """
    }

    /// Selects the rows of some orders. The states of the first orders have room in the result.
    ///
    /// - Parameters:
    ///   - table: the table's name.
    ///   - version: SQL for the version of the read model.
    package static func select(_ orderIds: [UUID], from table: String, version: String) -> PostgresQuery {
        // The limit keeps the planner from any other plan than one index look-up for each order.
        PostgresQuery(
            """
            select s.order_id, s.seq, s.recorded_at, s.version, \(boundedState(of: "s"))
            from (
                select o.order_id, o.seq, o.recorded_at, o.version, o.state, \(bytesBefore(of: "o", order: "q.place"))
                from unnest($1::uuid[]) with ordinality q (order_id, place)
                cross join lateral (
                    select o.order_id, o.seq, o.recorded_at, o.version, o.state from \(table) o
                    where o.order_id = q.order_id and o.model_version = \(version) limit 1
                ) o
            ) s
            """,
            [orderIds]
        )
    }

    /// Decodes the rows, and folds the events that a row reflects beyond its state.
    ///
    /// - Parameter read: runs a statement on the database of the rows.
    /// - Returns: a record for each row, in the rows' order.
    /// - Throws: `PostgresError`, or `StoredDataError` for a state or event that this version of Waybill cannot read.
    package func records(
        read: (PostgresQuery) async throws -> PostgresResult
    ) async throws -> [OrderRecord] {
        // On the caller's thread: the appender's must not wait for other work while it holds the head.
        try await map(pieceLength: .max, read: read) { $0 }
    }

    /// As `records(read:)`, with the results of `transform` for the records. Many rows are decoded and transformed on
    /// the threads that all share, and not on the caller's.
    package func concurrentMap<Result: Sendable>(
        read: (PostgresQuery) async throws -> PostgresResult,
        transform: @escaping @Sendable (OrderRecord) throws -> Result
    ) async throws -> [Result] {
        let bytes = max(1, rows.reduce(0) { $0 + $1.state.count })
        let pieceLength = max(1, min(Self.pieceLength, rows.count * Self.pieceByteCount / bytes))
        return try await map(pieceLength: pieceLength, read: read, transform: transform)
    }

    /// The number of rows, and the size of their states in bytes, that are decoded in one piece: some hundred
    /// microseconds of work.
    private static let (pieceLength, pieceByteCount) = (25, 64 * 1024)

    private func map<Result: Sendable>(
        pieceLength: Int,
        read: (PostgresQuery) async throws -> PostgresResult,
        transform: @escaping @Sendable (OrderRecord) throws -> Result
    ) async throws -> [Result] {
        var found = try await rows.concurrentMap(pieceLength: pieceLength) { row -> Decoded<Result> in
            let record = try row.decodeSnapshot()
            if let tail = row.tail(after: record) { return .behind(record, tail) }
            return .complete(try transform(record))
        }
        var behind: [(place: Int, record: OrderRecord)] = []
        var tails: [EventTail] = []
        for (place, decoded) in found.enumerated() {
            guard case .behind(let record, let tail) = decoded else { continue }
            behind.append((place, record))
            tails.append(tail)
        }
        var waiting = behind[...]
        for group in EventTail.groups(tails) {
            let loaded = try await EventTail.load(group, read: read)
            let folds = zip(waiting, loaded).map { Fold(row: rows[$0.place], record: $0.record, events: $1) }
            let results = try await folds.concurrentMap(pieceLength: pieceLength) { try transform($0.folded()) }
            for (order, result) in zip(waiting, results) { found[order.place] = .complete(result) }
            waiting = waiting.dropFirst(group.count)
        }
        return found.compactMap { decoded in
            guard case .complete(let result) = decoded else { return nil }
            return result
        }
    }

    /// A decoded state, and the events that its row reflects beyond it.
    private struct Fold: Sendable {
        let row: EncodedOrder
        let record: OrderRecord
        let events: [LoggedEvent]

        func folded() throws -> OrderRecord {
            var record = record
            try row.fold(events, into: &record)
            return record
        }
    }

    /// A row that is decoded.
    private enum Decoded<Result: Sendable>: Sendable {
        case complete(Result)
        /// The row reflects events beyond its state, which are read next.
        case behind(OrderRecord, EventTail)
    }

    /// As `records(read:)`, by order.
    package func recordsById(
        read: (PostgresQuery) async throws -> PostgresResult
    ) async throws -> [UUID: OrderRecord] {
        let records = try await records(read: read)
        return zip(rows, records).reduce(into: [:]) { $0[$1.0.orderId] = $1.1 }
    }
}

extension StoredStates {
    /// Passes orders and their records to `body`, in slices whose states have room in one result.
    ///
    /// - Parameters:
    ///   - select: selects the rows of orders, by `select(_:from:version:)`.
    ///   - body: gets a slice, in the order of `orderIds`, and the records of those orders in it that have rows.
    package static func forEachSlice(
        of orderIds: [UUID],
        select: ([UUID]) -> PostgresQuery,
        read: (PostgresQuery) async throws -> PostgresResult,
        body: ([UUID], [UUID: OrderRecord]) async throws -> Void
    ) async throws {
        var waiting = orderIds
        while !waiting.isEmpty {
            let stored = try StoredStates(await read(select(waiting)))
            let leftOut = Set(stored.leftOut)
            try await body(waiting.filter { !leftOut.contains($0) }, stored.recordsById(read: read))
            waiting.removeAll { !leftOut.contains($0) }
        }
    }
}
