package import Logging
package import OrderLog
package import Postgres

/// Reads the read models. Each read is one snapshot, and says up to which event it reflects the log.
package struct ReadModelReader: Sendable {
    let pool: PostgresPool
    package let registry: EpochRegistry
    package let pace: ProjectionPace

    /// - Parameter pace: this process's projector's, so that it hurries when a read waits for it.
    package init(pool: PostgresPool, registry: EpochRegistry, pace: ProjectionPace = ProjectionPace()) {
        self.pool = pool
        self.registry = registry
        self.pace = pace
    }

    /// The pool for reads of read models. Plans are made for the filters at hand: one plan for all of them would walk a
    /// common index for a rare value.
    package static func makePool(
        configuration: PostgresConfiguration,
        registry: EpochRegistry,
        maximum: Int = 4,
        logger: Logger
    ) -> PostgresPool {
        var configuration = configuration
        configuration.serverSettings["plan_cache_mode"] = "force_custom_plan"
        configuration.serverSettings["jit"] = "off"
        return LogReader.makePool(configuration: configuration, registry: registry, maximum: maximum, logger: logger)
    }

    /// The last event that the served version of a model reflects.
    package func seq(of model: String) async throws -> Int64 {
        let rows = try await read([Checkpoint.peek(model)])
        return try Checkpoint.decode(rows[0], model).seq
    }

    /// Waits until a model reflects an event.
    ///
    /// - Returns: false where it does not before the deadline.
    package func wait(for model: String, toReach seq: Int64, until deadline: ContinuousClock.Instant) async throws
        -> Bool
    {
        var pause = 2
        while try await self.seq(of: model) < seq {
            guard ContinuousClock.now < deadline else { return false }
            pace.hurry()
            try await Task.sleep(for: .milliseconds(pause))
            pause = min(pause * 2, 50)
        }
        return true
    }

    /// Runs statements in one round trip, and learns of epochs opened since along with them.
    func read(_ queries: [PostgresQuery]) async throws -> [PostgresResult] {
        let registry = registry
        return try await pool.withConnection { connection in
            let newer = EpochStore.newer.query(after: registry.current.newestOrdinal)
            var results = try await connection.pipeline(queries + [newer])
            registry.merge(try EpochStore.decode(results.removeLast()))
            return results
        }
    }
}
