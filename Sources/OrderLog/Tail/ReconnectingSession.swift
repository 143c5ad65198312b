package import Logging
package import Postgres
import Primitives
import ServiceLifecycle

/// Work on a database connection of its own, which is made again whenever it is lost or the work fails.
package struct ReconnectingSession: Sendable {
    private let configuration: PostgresConfiguration
    private let longestPause: Duration
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: as `LogConnection.configuration` makes it.
    ///   - longestPause: the most time between two attempts.
    package init(configuration: PostgresConfiguration, longestPause: Duration, logger: Logger) {
        self.configuration = configuration
        self.longestPause = longestPause
        self.logger = logger
    }

    /// Runs `body` on a connection until it returns.
    ///
    /// - Parameters:
    ///   - isOpen: asked after each failure; false ends the attempts.
    ///   - onFailure: called with the reason why there is no connection, or why `body` failed.
    ///   - body: calls `works` once the connection is known to work, so that the next failure counts as the first.
    package func run(
        while isOpen: () -> Bool,
        onFailure: (any Error) -> Void,
        body: (_ connection: PostgresConnection, _ works: () -> Void) async throws -> Void
    ) async {
        var backoff = Backoff(first: .milliseconds(100), limit: longestPause)
        repeat {
            do {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                do {
                    try await body(connection) { backoff.reset() }
                    await connection.close()
                    return
                } catch {
                    await connection.close()
                    throw error
                }
            } catch {
                onFailure(error)
                let pause = backoff.next(random: .random(in: 0..<1))
                // Ends early when the service shuts down, which the loop's condition sees.
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
            }
        } while isOpen()
    }
}
