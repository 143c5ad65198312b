import Access
import EventStreams
import Foundation
import OrderLog
import Postgres

extension LogGauges {
    /// The gauges of a service, server or edge.
    ///
    /// - Parameters:
    ///   - backlog: the commands that wait.
    ///   - log: the pool for reads of the log.
    ///   - models: the pool for reads of the projections.
    init(
        readiness: any ReadinessSource,
        keys: KeySource,
        hub: StreamHub,
        backlog: @escaping @Sendable () -> Backlog,
        log: PostgresPool,
        models: PostgresPool,
        registry: EpochRegistry
    ) {
        let pools = [("log", log), ("models", models)].map { name, pool in
            let use: @Sendable () -> PoolUse = {
                let use = pool.use
                return PoolUse(connections: use.connections, lent: use.lent, waiting: use.waiting)
            }
            return (name: name, use: use)
        }
        self.init(
            backlog: backlog,
            pools: pools,
            unreadiness: {
                if let unreadiness = readiness.unreadiness { return unreadiness }
                if hub.failedLanes > 0 { return .lanesFailed }
                return keys.isUsable(now: Date().timeIntervalSince1970) ? nil : .noKeys
            },
            formerServers: registry.formerServers,
            epochs: { registry.current.epochs.count }
        )
    }
}
