import Logging
import Postgres
import Primitives
import Synchronization

/// The sessions by which a `StandbyWatch` looks at the primary: one at a time, made again whenever it is lost.
final class StandbyFollower: Sendable {
    private let configuration: PostgresConfiguration
    private let registry: EpochRegistry
    private let watch: StandbyWatch
    private let logger: Logger
    /// The session at present.
    private let connection = Mutex<PostgresConnection?>(nil)

    /// The time for the primary's answer to a look.
    private static let lookTimeout: Duration = .seconds(2)
    /// The time from one search for another primary to the next, while commits do not become durable.
    private static let searchInterval: Duration = .seconds(5)

    init(
        _ configuration: PostgresConfiguration,
        registry: EpochRegistry,
        watch: StandbyWatch,
        logger: Logger
    ) {
        var configuration = configuration
        configuration.applicationName = "waybill standby watch"
        configuration.roleExpression = LogConnection.roleExpression
        configuration.serverSettings.merge(LogConnection.settings) { $1 }
        configuration.connectTimeout = min(configuration.connectTimeout, .seconds(2))
        configuration.totalConnectTimeout = min(configuration.totalConnectTimeout, .seconds(4))
        configuration.requestTimeout = LogConnection.readTimeout
        self.configuration = configuration
        self.registry = registry
        self.watch = watch
        self.logger = logger
    }

    /// Looks until the watch shuts down and nobody waits.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            // Beside the looks: a host that is gone must not keep them from seeing a standby that is back.
            group.addTask { await self.searchPrimaries() }
            await follow()
            group.cancelAll()
        }
    }

    private func follow() async {
        var backoff = Backoff(first: .milliseconds(50), limit: .seconds(1))
        var failure = RepeatedReason()
        repeat {
            do {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                do {
                    try await begin(on: connection)
                    self.connection.withLock { $0 = connection }
                    backoff.reset()
                    try await look(on: connection)
                    await connection.close()
                    return
                } catch {
                    await connection.close(grace: .zero)
                    throw error
                }
            } catch {
                connection.withLock { $0 = nil }
                if failure.mustSay("\(error)") {
                    logger.warning(
                        "the positions of the standbys cannot be read; trying again on a new connection",
                        metadata: ["error": "\(error)"]
                    )
                }
                // Ends early when the service shuts down, which the loop's condition sees.
                try? await Task.sleep(for: backoff.next(random: .random(in: 0..<1)))
            }
        } while watch.mustFollow
    }

    private func begin(on connection: PostgresConnection) async throws {
        let history = try await EpochStore.ensure(on: connection, registry: registry, logger: logger)
        let (head, received) = try await StandbyLook.received(on: connection, timeout: LogConnection.readTimeout)
        watch.sessionBegan(history, head: head, received: received)
    }

    private func look(on connection: PostgresConnection) async throws {
        while true {
            let (number, began) = (watch.lookBegins(), ContinuousClock.now)
            let known = registry.current
            let look = try await StandbyLook.take(on: connection, timeout: Self.lookTimeout)
            let history = try connection.addEpochs(look.epochs, registry: registry)
            try registry.requireContinuing(history, known, on: connection)
            watch.take(look, number: number, began: began, history)
            switch watch.nextLook() {
            case .after(let pause): try? await Task.sleep(for: pause)
            case .whenWoken(let time): await watch.rest(for: time)
            case .never: return
            }
        }
    }

    /// Looks for another server behind the same URL, while the present one has no standby: an old primary that nothing
    /// has stopped goes on answering after its standby was promoted. The process leaves it once it has seen the new
    /// one.
    private func searchPrimaries() async {
        guard configuration.hosts.count > 1 else { return }
        while !Task.isCancelled {
            // A cancelled sleep ends the loop by its condition.
            try? await Task.sleep(for: Self.searchInterval)
            guard watch.isBlocked, let connection = connection.withLock({ $0 }) else { continue }
            connection.avoidHost()
            do {
                try await PostgresConnection.with(configuration, logger: logger) { other in
                    _ = try await EpochStore.ensure(on: other, registry: registry, logger: logger)
                }
            } catch {
                logger.debug("no other primary answers", metadata: ["error": "\(error)"])
            }
        }
    }
}
