package import Logging
package import OrderLog
package import Postgres

/// Reads the read models. Each read is one snapshot, and tells the last event of the log that it reflects.
package struct ReadModelReader: Sendable {
    package let pool: PostgresPool
    package let registry: EpochRegistry
    package let pace: ProjectionPace
    /// Knows which events may be told; nil where all may be.
    let watch: StandbyWatch?
    let carriers = CarrierCounts()
    private let foldRequests: FoldRequests

    /// - Parameters:
    ///   - pace: the pace of this process's projector, so that a read that waits for the projector ends its pause.
    ///   - watch: keeps back what reflects events that no standby has on its disk; nil to tell all.
    package init(
        pool: PostgresPool,
        registry: EpochRegistry,
        pace: ProjectionPace = ProjectionPace(),
        watch: StandbyWatch? = nil
    ) {
        self.pool = pool
        self.registry = registry
        self.pace = pace
        foldRequests = FoldRequests(pool: pool, pace: pace)
        self.watch = watch
    }

    /// Makes the pool for reads of read models. Each statement is planned for its own values: a shared plan would scan
    /// a large part of an index for a rare value. `PlannerSwitch.keptPlan` is the exception.
    package static func makePool(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        maximum: Int = 4,
        logger: Logger
    ) -> PostgresPool {
        var configuration = configuration
        configuration.serverSettings["plan_cache_mode"] = "force_custom_plan"
        configuration.serverSettings["jit"] = "off"
        return LogReader.makePool(
            configuration: configuration,
            registry: registry,
            maximum: maximum,
            statementTimeout: .seconds(8),
            logger: logger
        )
    }

    /// Reads the number of the last event that the served version of a model reflects.
    package func seq(of model: String) async throws -> Int64 {
        let rows = try await read([Checkpoint.select(model)]).results
        return try Checkpoint.decode(rows[0], model: model).seq
    }

    /// Waits until a model reflects an event.
    ///
    /// - Returns: false when the deadline passes first.
    package func wait(
        for model: String,
        toReach seq: Int64,
        until deadline: ContinuousClock.Instant
    ) async throws -> Bool {
        var pauseMilliseconds = 2
        while try await self.seq(of: model) < seq {
            guard ContinuousClock.now < deadline else { return false }
            await foldRequests.send()
            try await Task.sleep(for: .milliseconds(pauseMilliseconds))
            pauseMilliseconds = min(pauseMilliseconds * 2, 50)
        }
        return true
    }

    /// Runs statements in one round trip.
    ///
    /// - Parameter switches: the planner's switches that the statements need; they go back when the transaction ends.
    /// - Returns: a result for each, and the history of the server that they come from, no older than they are.
    func read(
        _ queries: [PostgresQuery],
        switches: [PlannerSwitch] = []
    ) async throws -> (results: [PostgresResult], history: EpochTable) {
        let registry = registry
        return try await pool.read(in: registry) { connection in
            let newer = EpochStore.newer.query(after: connection.history.newestOrdinal)
            // One round trip is one transaction, at whose end the switches go back.
            let settings = switches.isEmpty ? [] : [PlannerSwitch.query(switches)]
            var results = try await connection.pipeline(settings + queries + [newer])
            results.removeFirst(settings.count)
            return (results, try connection.addEpochs(results.removeLast(), registry: registry))
        }
    }
}
