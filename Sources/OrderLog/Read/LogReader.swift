package import Foundation
package import Logging
package import Orders
package import Postgres

/// An order's current state with the place of its last event.
package struct StoredOrder: Sendable {
    package let order: Order
    package let position: LogPosition
    /// When its last event was recorded.
    package let recordedAt: Timestamp

    package init(order: Order, position: LogPosition, recordedAt: Timestamp) {
        self.order = order
        self.position = position
        self.recordedAt = recordedAt
    }
}

/// Events in ascending order, read in one go.
package struct EventPage: Sendable {
    package let events: [LoggedEvent]
    /// Everything that was asked for is passed up to here.
    package let through: Int64
    /// The log goes on beyond `through`, and what was asked for may too.
    package let isCut: Bool
}

/// Reads the log and the current state of orders, each read one statement and so one snapshot.
package struct LogReader: Sendable {
    private let pool: PostgresPool
    package let registry: EpochRegistry
    private let heads = BatchingLoader<Void, LogPosition>()
    let orders = BatchingLoader<OrderQuestion, OrderAnswer>(width: 2, limit: 200)
    let existences = BatchingLoader<OrderQuestion, Bool>(width: 2, limit: 200)

    /// How many events one read without an order looks at, at most.
    private static let window: Int64 = 50_000

    package init(pool: PostgresPool, registry: EpochRegistry) {
        self.pool = pool
        self.registry = registry
    }

    /// The pool for reads of this log: few connections, acting as the writer role, each made with the epochs reloaded.
    package static func makePool(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        maximum: Int = 4,
        logger: Logger
    ) -> PostgresPool {
        var configuration = configuration
        configuration.applicationName = "waybill reader"
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        return PostgresPool(configuration: configuration, maximum: maximum, logger: logger) { connection in
            try await EpochStore.ensure(on: connection, registry: registry)
        }
    }

    /// The last event of the log as a position, no older than the question.
    package func head() async throws -> LogPosition {
        try await heads.value(for: ()) { questions in
            let rows = try await read(PostgresQuery("select seq from log_head"))
            guard let row = rows.first else { throw MissingHead() }
            let position = registry.current.position(of: try row.get(0, as: Int64.self))
            return questions.map { _ in position }
        }
    }

    /// The events of the scope after a position, oldest first.
    ///
    /// - Parameters:
    ///   - through: the last event wanted; nil for all that are visible.
    ///   - orderId: only this order's events, found by their index. Without it one read looks at a bounded stretch of the
    ///     log, so that a shop with few events among millions makes progress instead of one endless statement.
    ///   - visibleToCustomers: leaves out events that customers may not see.
    package func events(
        after seq: Int64,
        through: Int64? = nil,
        limit: Int,
        scope: ReadScope,
        orderId: UUID? = nil,
        visibleToCustomers: Bool = false
    ) async throws -> EventPage {
        let window = orderId == nil ? seq.addingReportingOverflow(Self.window).partialValue : Int64.max
        let bound = min(through ?? .max, window < seq ? .max : window)
        // The head comes from the same snapshot as the events: rows up to it are complete.
        let rows = try await read(
            PostgresQuery(
                """
                with head as (select seq as head_seq from log_head)
                select \(LoggedEvent.columns), head_seq from head left join lateral (
                    select * from events e
                    where e.seq > $1 and e.seq <= least($2, head_seq) \(orderId == nil ? "" : "and e.order_id = $6")
                        and ($3::text[] is null or e.shop = any($3)) and ($4::text is null or e.customer = $4)
                        \(visibleToCustomers ? "and e.data is not null" : "")
                    order by e.\(orderId == nil ? "seq" : "version") limit $5
                ) page on true
                """,
                [seq, bound, scope.shops, scope.customer, Int64(limit + 1)]
                    + (orderId.map { [$0] } ?? [])
            )
        )
        return try Self.page(rows, after: seq, bound: bound, through: through, limit: limit)
    }

    /// The page in rows of `LoggedEvent.columns` and the head, one more than `limit` where there are.
    ///
    /// - Parameter bound: up to where the statement looked.
    static func page(_ rows: PostgresResult, after seq: Int64, bound: Int64, through: Int64?, limit: Int) throws
        -> EventPage
    {
        guard let first = rows.first else { throw MissingHead() }
        let end = min(try first.get(18, as: Int64.self), through ?? .max)
        let reached = max(min(end, bound), min(seq, end))
        guard try first.get(0, as: Int64?.self) != nil else {
            return EventPage(events: [], through: reached, isCut: reached < end)
        }
        let events = try rows.prefix(limit).map { try LoggedEvent(row: $0) }
        guard rows.count > limit, let last = events.last else {
            return EventPage(events: events, through: reached, isCut: reached < end)
        }
        return EventPage(events: events, through: last.seq, isCut: true)
    }

    /// Holds a client's position against the log. Beyond what this process has seen, the log itself is asked.
    package func check(_ position: LogPosition, seen: Int64 = 0) async throws -> PositionCheck {
        let known = registry.current.check(position, head: seen)
        if case .good = known, seen > 0 { return known }
        let head = try await head()
        return registry.current.check(position, head: head.seq)
    }

    /// The shared secret of that name, made on first use.
    package func secret(named name: String, make: @Sendable () -> [UInt8]) async throws -> [UInt8] {
        try await pool.withConnection { connection in
            try await connection.query(
                "insert into secrets (name, value) values ($1, $2) on conflict (name) do nothing",
                [name, PostgresBytes(make())]
            )
            let rows = try await connection.query("select value from secrets where name = $1", [name])
            guard let row = rows.first else { throw MissingHead() }
            return try row.get(0, as: PostgresBytes.self).bytes
        }
    }

    /// Makes the days' partitions of `commands` and drops those past their retention.
    package func maintainCommands(retentionDays: Int) async throws {
        _ = try await pool.query("select commands_maintain($1)", [Int32(retentionDays)])
    }

    /// Runs one statement.
    func query(_ sql: String, _ bindings: [any PostgresEncodable] = []) async throws -> PostgresResult {
        try await pool.query(sql, bindings)
    }

    func withConnection<R>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
        try await pool.withConnection { try await body($0) }
    }

    /// Runs one statement, and learns of epochs opened since along with it.
    func read(_ query: PostgresQuery) async throws -> PostgresResult {
        let registry = registry
        return try await pool.withConnection { connection in
            let results = try await connection.pipeline([
                query, EpochStore.newer.query(after: registry.current.newestOrdinal),
            ])
            registry.merge(try EpochStore.decode(results[1]))
            return results[0]
        }
    }
}
