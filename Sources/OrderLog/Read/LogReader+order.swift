package import Foundation
import Orders
import Postgres

extension LogReader {
    /// Reads an order's current state and the head of the log in one snapshot. A stream that begins with this state
    /// continues after the head without a gap.
    ///
    /// - Parameter opensStream: true for a stream's beginning: thousands of such reads may come at once, and then wait
    ///   two milliseconds for each other.
    package func order(
        _ orderId: UUID,
        scope: ReadScope,
        opensStream: Bool = false
    ) async throws -> (stored: StoredOrder?, head: LogPosition) {
        try await order(orderId, scope: scope, by: opensStream ? streamOrders : orders, isRepeated: false)
    }

    /// - Parameter isRepeated: true where the replica, if there is one, was waited for.
    private func order(
        _ orderId: UUID,
        scope: ReadScope,
        by loaders: OrderLoaders,
        isRepeated: Bool
    ) async throws -> (stored: StoredOrder?, head: LogPosition) {
        let lookUp = OrderLookUp(orderId: orderId, scope: scope)
        var result = try await loaders.rows.value(for: lookUp) {
            try await loadOrders($0, byteLimit: StoredStates.byteLimit)
        }
        if case .tooLarge = result.row {
            result = try await largeOrders.value(for: lookUp) { try await loadOrders($0, byteLimit: .max) }
        }
        let head = result.history.position(of: result.head)
        guard case .found(let row) = result.row else {
            guard !isRepeated, try await waitForReplica() else { return (nil, head) }
            return try await order(orderId, scope: scope, by: loaders, isRepeated: true)
        }
        if let watch {
            let reached = try await watch.reach(row.seq, in: result.history)
            guard reached == row.seq else {
                // The order as it was before the events that may not be told.
                let past = try await order(orderId, scope: scope, at: .seq(reached))
                return (past, result.history.position(of: reached))
            }
            let told = max(row.seq, min(result.head, watch.seq(in: result.history) ?? row.seq))
            return (
                StoredOrder(try await record(of: row, by: loaders), in: result.history),
                result.history.position(of: told)
            )
        }
        // Each caller decodes its own order, so that one statement's callers do it in parallel.
        return (StoredOrder(try await record(of: row, by: loaders), in: result.history), head)
    }

    /// Decodes a row, and folds the events that it reflects beyond its state. Callers share the reads of events.
    private func record(of row: EncodedOrder, by loaders: OrderLoaders) async throws -> OrderRecord {
        var record = try row.decodeSnapshot()
        if let tail = row.tail(after: record) {
            try row.fold(await loaders.tails.value(for: tail, loadTails), into: &record)
        }
        return record
    }

    @Sendable private func loadTails(_ tails: [EventTail]) async throws -> [[LoggedEvent]] {
        var found: [EventTail: [LoggedEvent]] = [:]
        for group in EventTail.groups(Array(Set(tails))) {
            for (tail, events) in zip(group, try await EventTail.load(group, read: read)) { found[tail] = events }
        }
        return tails.map { found[$0] ?? [] }
    }

    /// Tells whether an order exists within a scope. Reads the order's first event: callers go on to read the later
    /// ones, which lie behind the same page of the index.
    package func orderExists(_ orderId: UUID, scope: ReadScope) async throws -> Bool {
        let lookUp = OrderLookUp(orderId: orderId, scope: scope)
        var found = try await existences.value(for: lookUp, loadExistences)
        if found.firstSeq == nil, try await waitForReplica() {
            found = try await existences.value(for: lookUp, loadExistences)
        }
        guard let watch, let seq = found.firstSeq else { return found.firstSeq != nil }
        return try await watch.reach(seq, in: found.history) == seq
    }

    /// - Parameter byteLimit: the size of all states in the result; beyond it rows come without their states.
    private func loadOrders(_ lookUps: [OrderLookUp], byteLimit: Int) async throws -> [OrderLookUp.Result] {
        // Many clients may follow one order: its state is read once for all of them.
        var places: [OrderLookUp: Int] = [:]
        var distinct: [OrderLookUp] = []
        for lookUp in lookUps where places[lookUp] == nil {
            places[lookUp] = distinct.count
            distinct.append(lookUp)
        }
        // The limit keeps the planner from any other plan than one index look-up for each order.
        let (rows, history) = try await readWithHistory(
            PostgresQuery(
                """
                select s.head, s.order_id, s.seq, s.recorded_at, s.version,
                    \(StoredStates.boundedState(of: "s", limit: byteLimit))
                from (
                    select h.seq as head, q.place, o.order_id, o.seq, o.recorded_at, o.version, o.state,
                        \(StoredStates.bytesBefore(of: "o", order: "q.place"))
                    from (select \(LogHead.seqSQL) as seq) h cross join \(Self.lookUpRows)
                    left join lateral (
                        select o.order_id, o.seq, o.recorded_at, o.version, o.state from \(CurrentStateTable.name) o
                        where o.order_id = q.order_id and o.model_version = \(CurrentStateTable.activeVersion)
                            and \(Self.isInScope("o"))
                        limit 1
                    ) o on true
                ) s
                order by s.place
                """,
                Self.bindings(for: distinct)
            )
        )
        let (head, columns) = try (rows.column("head", as: Int64.self), EncodedOrder.Columns(rows))
        let results = try rows.map { row in
            OrderLookUp.Result(head: try row.get(head), row: try columns.read(row), history: history)
        }
        guard results.count == distinct.count else {
            throw WrongValueCount(keys: distinct.count, values: results.count)
        }
        return lookUps.compactMap { places[$0] }.map { results[$0] }
    }

    @Sendable private func loadExistences(_ lookUps: [OrderLookUp]) async throws -> [OrderLookUp.Existence] {
        let (rows, history) = try await readWithHistory(
            PostgresQuery(
                """
                select e.seq
                from \(Self.lookUpRows)
                left join lateral (
                    select e.seq from events e
                    where e.order_id = q.order_id and e.version = 1
                        and \(Self.isInScope("e"))
                    limit 1
                ) e on true
                order by q.place
                """,
                Self.bindings(for: lookUps)
            )
        )
        let seq = try rows.column("seq", as: Int64?.self)
        return try rows.map { OrderLookUp.Existence(firstSeq: try $0.get(seq), history: history) }
    }

    /// The look-ups as rows of SQL; names of shops contain no commas.
    private static let lookUpRows =
        "unnest($1::uuid[], $2::text[], $3::text[]) with ordinality q (order_id, shops, customer, place)"

    /// The SQL condition that a row is within the scope of its look-up.
    private static func isInScope(_ row: String) -> String {
        "(q.shops is null or \(row).shop = any(string_to_array(q.shops, ','))) "
            + "and (q.customer is null or \(row).customer = q.customer)"
    }

    private static func bindings(for lookUps: [OrderLookUp]) -> [any PostgresEncodable] {
        [
            lookUps.map(\.orderId),
            lookUps.map { $0.scope.shops?.joined(separator: ",") },
            lookUps.map(\.scope.customer),
        ]
    }
}
