package import Logging
package import Postgres
import Primitives
import ServiceLifecycle

/// Makes the indexes that a migrated database still lacks, while processes serve it.
///
/// An index of a large table is made by `create index concurrently`, which appends do not wait for, and which is no
/// part of a transaction and so of no migration. The function `index_steps` tells the statements that are left, from
/// the catalogs alone: after a crash the next process goes on, and first drops what the crash left unfinished.
package struct IndexBuilder: Service {
    /// The error of statements that ran and are still to be run.
    package struct NoProgress: Error, CustomStringConvertible {
        let step: String

        package var description: String { "the step ran and is still to be done: \(step)" }
    }

    private let configuration: PostgresConfiguration
    private let logger: Logger

    /// The time without an answer after which a statement counts as lost: a large index takes minutes, and waits for
    /// every transaction that is older than itself.
    private static let timeout: Duration = .seconds(24 * 3600)
    /// The time after which a statement's end is worth a line.
    private static let longStep: Duration = .seconds(5)

    /// - Parameter configuration: its login has migrated the database.
    package init(configuration: PostgresConfiguration, logger: Logger) {
        var configuration = configuration
        configuration.applicationName = "waybill migrate"
        configuration.serverSettings["statement_timeout"] = "0"
        configuration.serverSettings["client_min_messages"] = "warning"
        configuration.serverSettings.merge(Migrator.sessionSettings) { $1 }
        configuration.requestTimeout = .seconds(60)
        self.configuration = configuration
        self.logger = logger
    }

    /// Makes the indexes in the background, then waits for the service's end.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var hindrance = RepeatedReason()
            while !Task.isCancelled {
                let pause = await attempt(&hindrance)
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: pause)
            }
        }
    }

    /// - Returns: the time until the next attempt.
    private func attempt(_ hindrance: inout RepeatedReason) async -> Duration {
        do {
            let steps = try await build()
            if let lasted = hindrance.end() {
                logger.notice(
                    "over: nothing keeps the indexes from being made any more",
                    metadata: ["seconds": "\(Int(lasted / .seconds(1)))"]
                )
            }
            // Another process may end before it is done.
            if let steps, steps.isEmpty { return .seconds(24 * 3600) }
            return .seconds(60)
        } catch  where Task.isCancelled {
            // The error is the end of a request that the service's end has cut short.
            return .zero
        } catch let error as PostgresError where error.sqlState == "42501" {
            logger.notice(
                """
                the login may not make indexes: run `waybill migrate` as the owner of the database; the service works \
                without them
                """
            )
            return .seconds(24 * 3600)
        } catch let error as PostgresError where error.sqlState == "55P03" {
            if hindrance.mustSay("lock") {
                logger.notice(
                    """
                    another session, such as a dump, uses a table whose indexes are changed; the service goes on \
                    without: trying again every 10 seconds
                    """
                )
            }
            return .seconds(10)
        } catch {
            if hindrance.mustSay("\(error)") {
                logger.warning(
                    "making indexes failed; the service goes on without: trying again every minute",
                    metadata: ["error": "\(error)"]
                )
            }
            return .seconds(60)
        }
    }

    /// Makes the indexes.
    ///
    /// - Returns: the statements that ran; nil where another process makes the indexes.
    @discardableResult
    package func build() async throws -> [String]? {
        try await PostgresConnection.with(configuration, logger: logger) { connection in
            // Tried and not waited for: the statement of a session that waits would itself be an older transaction.
            let lock = try await connection.query("select pg_try_advisory_lock(\(Self.lock))")[0]
            guard try lock.get(0, as: Bool.self) else { return nil }
            var ran: [String] = []
            var first: String?
            while true {
                let steps = try await connection.query("select step from index_steps()").map {
                    try $0.get("step", as: String.self)
                }
                guard let next = steps.first else {
                    try await warnOfObstacles(on: connection)
                    return ran
                }
                if next == first { throw NoProgress(step: next) }
                first = next
                logger.info("making indexes beside the running service", metadata: ["steps": "\(steps.count)"])
                for step in steps {
                    try await run(step, on: connection)
                    ran.append(step)
                }
            }
        }
    }

    /// Runs a statement; one that takes long is named in the log.
    private func run(_ step: String, on connection: PostgresConnection) async throws(PostgresError) {
        logger.debug("making indexes", metadata: ["sql": "\(step)"])
        let began = ContinuousClock.now
        try await connection.executeScript(step, timeout: Self.timeout)
        let lasted = ContinuousClock.now - began
        guard lasted >= Self.longStep else { return }
        logger.info(
            "a step of making indexes is done",
            metadata: ["sql": "\(step)", "seconds": "\(Int(lasted / .seconds(1)))"]
        )
    }

    /// Says why ids stay compared by the locale, where somebody's own objects keep them so.
    private func warnOfObstacles(on connection: PostgresConnection) async throws {
        let obstacles = try await connection.query("select ids_as_bytes_obstacles() as obstacle").map {
            try $0.get("obstacle", as: String.self)
        }
        guard !obstacles.isEmpty else { return }
        logger.warning(
            """
            ids are compared by the database's locale: after an update of the system's locales an index may miss a \
            command id, and the command is accepted twice. Objects of your own keep the columns from being changed: \
            drop them, run `waybill migrate`, and make them again
            """,
            metadata: ["objects": "\(obstacles.joined(separator: ", "))"]
        )
    }

    /// The key of the advisory lock. Not that of migrations: a process that waits to migrate would be waited for.
    private static let lock: Int64 = 7_766_216_571_108_109
}
