package import Foundation
package import Logging
package import Postgres

/// Reads the log and the current state of orders. Each read is one statement and so one snapshot.
package struct LogReader: Sendable {
    private let pool: PostgresPool
    package let registry: EpochRegistry
    /// Knows which events may be told; nil where all may be.
    let watch: StandbyWatch?
    /// Knows of the log's head beyond the database that is read; nil where the database is the primary.
    private let outlook: (any LogOutlook)?
    private let heads = BatchingLoader<Void, DatabaseHead>()
    let orders = OrderLoaders()
    /// Reads orders for streams, of which thousands may open at once.
    let streamOrders = OrderLoaders(pause: .milliseconds(2))
    /// Reads the orders whose states have no room in a result of the others; few at once, since callers keep them all.
    let largeOrders = BatchingLoader<OrderLookUp, OrderLookUp.Result>(concurrency: 2, batchLimit: 4)
    let existences = BatchingLoader<OrderLookUp, OrderLookUp.Existence>(concurrency: 2, batchLimit: 200)

    /// The number of events that one read without an order searches at most.
    private static let rangeLimit: Int64 = 50_000

    /// - Parameters:
    ///   - watch: keeps back what no standby has on its disk; nil to tell all that was committed.
    ///   - outlook: knows of the head beyond a replica that is read; nil where the database is the primary.
    package init(
        pool: PostgresPool,
        registry: EpochRegistry,
        watch: StandbyWatch? = nil,
        outlook: (any LogOutlook)? = nil
    ) {
        self.pool = pool
        self.registry = registry
        self.watch = watch
        self.outlook = outlook
    }

    /// Makes the pool for reads of this log: few connections, acting as the writer role, each made with the epochs
    /// reloaded.
    ///
    /// - Parameter statementTimeout: the server's limit for one statement. A connection that gives no answer for a
    ///   second longer is closed, and another takes its place.
    package static func makePool(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        maximum: Int = 4,
        statementTimeout: Duration = .seconds(4),
        logger: Logger
    ) -> PostgresPool {
        var configuration = configuration
        configuration.applicationName = "waybill reader"
        configuration.roleExpression = LogConnection.roleExpression
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        LogConnection.limitStatements(of: &configuration, to: statementTimeout)
        return PostgresPool(configuration: configuration, maximum: maximum, logger: logger) { connection in
            try await EpochStore.ensure(on: connection, registry: registry, logger: logger)
        }
    }

    /// Reads the position of the log's last event, no older than the call.
    package func head() async throws -> LogPosition { try await tellableHead().position }

    /// Reads the log's head as far as it may be told, no older than the call.
    package func tellableHead() async throws -> (position: LogPosition, history: EpochTable) {
        let head = try await databaseHead()
        guard let watch else { return (head.position, head.history) }
        let seq = try await watch.reach(head.position.seq, in: head.history)
        return (head.history.position(of: seq), head.history)
    }

    /// Reads the database's head, no older than the call.
    package func databaseHead() async throws -> DatabaseHead {
        try await heads.value(for: ()) { callers in
            let (rows, history) = try await readWithHistory(PostgresQuery(DatabaseHead.select))
            let head = try DatabaseHead(rows, history)
            return callers.map { _ in head }
        }
    }

    /// Waits for the database to have what is known to exist, where it is a replica that lags.
    ///
    /// - Returns: false where it lacks nothing that is known.
    func waitForReplica() async throws -> Bool {
        try await outlook?.waitForReplica { try await databaseHead() } ?? false
    }

    /// Reads the events of the scope after a position, oldest first.
    ///
    /// - Parameters:
    ///   - through: the last wanted event; nil for the head.
    ///   - orderId: restricts the read to this order's events, found by their index. Without it one read searches a
    ///     bounded range of the log, so that a shop with few events among millions makes progress instead of one
    ///     endless statement.
    ///   - visibleToCustomers: leaves out events that are hidden from customers.
    ///   - byteLimit: the size of the events' texts after which the page ends.
    package func events(
        after seq: Int64,
        through: Int64? = nil,
        limit: Int,
        scope: ReadScope,
        orderId: UUID? = nil,
        visibleToCustomers: Bool = false,
        byteLimit: Int = LoggedEvent.pageByteLimit
    ) async throws -> EventPage {
        let rangeEnd = orderId == nil ? seq.addingReportingOverflow(Self.rangeLimit).partialValue : Int64.max
        let bound = min(through ?? .max, rangeEnd < seq ? .max : rangeEnd)
        // An order's events are found by its index, from the version on that follows the position. Near the head the
        // planner would rather scan the log's range.
        let seqOfEvent = orderId == nil ? "e.seq" : "(e.seq + 0)"
        let order = orderId == nil ? "seq" : "version"
        let page = """
            select * from events e
            where \(seqOfEvent) > $1 and \(seqOfEvent) <= least($2, head_seq)
                \(orderId == nil ? "" : "and e.order_id = $6 and e.version > (\(Self.versionBefore))")
                and ($3::text[] is null or e.shop = any($3)) and ($4::text is null or e.customer = $4)
                \(visibleToCustomers ? "and e.data is not null" : "")
            order by e.\(order) limit $5
            """
        // The head comes from the same snapshot as the events: the events up to the head are complete.
        let (rows, history) = try await readWithHistory(
            PostgresQuery(
                """
                with head as (select \(LogHead.seqSQL) as head_seq)
                select \(LoggedEvent.columns), head_seq from head left join lateral (
                    \(LoggedEvent.page(of: page, by: order, byteLimit: byteLimit))
                ) page on true
                """,
                [seq, bound, scope.shops, scope.customer, Int64(limit + 1)]
                    + (orderId.map { [$0] } ?? [])
            )
        )
        return try await tellable(
            EventPage(rows, of: history, after: seq, bound: bound, through: through, limit: limit)
        )
    }

    /// The part of a page that may be told. The log seems to end there.
    func tellable(_ page: EventPage) async throws -> EventPage {
        guard let watch else { return page }
        return page.cut(after: try await watch.reach(page.through, in: page.history))
    }

    /// SQL for the version of an order's last event up to a position; 0 where there is none. Versions have no holes
    /// and rise with the positions, so that halving their range finds it in few steps: 20 for a million
    /// events.
    private static let versionBefore = """
        with recursive search (low, high) as (
            select 0, (select v.version from events v where v.order_id = $6 order by v.version desc limit 1)
            where $1::bigint > 0
            union all
            select case when m.seq <= $1 then m.version else low end,
                case when m.seq <= $1 then high else m.version - 1 end
            from search cross join lateral (
                select m.seq, m.version from events m
                where m.order_id = $6 and m.version = (low + high + 1) / 2 limit 1) m
            where low < high
        )
        select coalesce(max(low), 0) from search
        """

    /// Compares a client's position with the log. Asks the database about positions beyond the ones that this process
    /// knows.
    ///
    /// - Parameter seen: the number of the last event that this process has seen.
    package func check(_ position: LogPosition, seen: Int64 = 0) async throws -> PositionCheck {
        let known = registry.current.check(position, head: seen)
        if case .good = known, seen > 0 { return known }
        if let outlook { return try await outlook.check(position, seen: seen) { try await databaseHead() } }
        return try await databaseHead().check(position)
    }

    /// Runs one statement whose rows get no positions.
    @Sendable func read(_ query: PostgresQuery) async throws -> PostgresResult {
        try await readWithHistory(query).rows
    }

    /// Runs one statement.
    ///
    /// - Returns: the rows, and the history of the server that they come from, no older than they are.
    func readWithHistory(_ query: PostgresQuery) async throws -> (rows: PostgresResult, history: EpochTable) {
        let registry = registry
        return try await pool.read(in: registry) { connection in
            let newer = EpochStore.newer.query(after: connection.history.newestOrdinal)
            let results = try await connection.pipeline([query, newer])
            return (results[0], try connection.addEpochs(results[1], registry: registry))
        }
    }
}
