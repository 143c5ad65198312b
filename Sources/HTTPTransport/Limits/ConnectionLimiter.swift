package import Logging
package import NIOCore
import Synchronization

/// Bounds the connections by the process's descriptors, and those of one address that wait for their client. Where all
/// places are taken, accepting pauses, and the connections close whose clients have let the service wait longest.
package final class ConnectionLimiter: Sendable {
    private struct Connection {
        let counted: CountedConnection
        let address: String
        let activity: ConnectionActivity
    }

    private struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var server: (any Channel)?
        var isPaused = false
    }

    /// The free places that are left when accepting pauses: the system may hand over some connections meanwhile.
    private static let margin = 16
    private static let sweepInterval = TimeAmount.seconds(1)

    package let budget: DescriptorBudget
    private let metrics: ConnectionMetrics
    private let shedding: ConnectionShedding
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - metrics: counts connections.
    ///   - isExempt: addresses without a limit of their own, such as those of proxies.
    package init(
        budget: DescriptorBudget,
        metrics: ConnectionMetrics,
        logger: Logger,
        isExempt: @escaping @Sendable (_ address: String) -> Bool = { _ in false }
    ) {
        self.budget = budget
        self.metrics = metrics
        self.logger = logger
        shedding = ConnectionShedding(perAddress: budget.ceiling / 4, isExempt: isExempt)
    }

    /// Begins to watch the listening socket.
    package func watch(_ server: any Channel) {
        state.withLock { $0.server = server }
        let sweeps = server.eventLoop.scheduleRepeatedTask(
            initialDelay: Self.sweepInterval,
            delay: Self.sweepInterval
        ) { _ in self.sweep() }
        server.closeFuture.whenComplete { _ in sweeps.cancel() }
    }

    /// Takes a new connection in. Runs on its event loop.
    ///
    /// - Parameter idleTimeout: the time after which an idle connection closes.
    /// - Returns: nil where there is no place for it.
    func admit(
        _ channel: any Channel,
        _ activity: ConnectionActivity,
        idleTimeout: TimeAmount
    ) -> CountedConnection? {
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { Int($0) }
        // Without a descriptor the channel is not the system's, as in tests.
        let number = descriptor ?? 0
        if number >= budget.ceiling - Self.margin { pause() }
        guard number < budget.ceiling else {
            metrics.countRefusal()
            return nil
        }
        let id = ObjectIdentifier(channel)
        let counted = CountedConnection(channel, metrics: metrics, activity: activity, idleTimeout: idleTimeout)
        let connection = Connection(counted: counted, address: channel.clientAddress, activity: activity)
        state.withLock { $0.connections[id] = connection }
        channel.closeFuture.whenComplete { _ in self.state.withLock { $0.connections[id] = nil } }
        return counted
    }

    private func pause() {
        let server = state.withLock { state -> (any Channel)? in
            guard !state.isPaused, let server = state.server else { return nil }
            state.isPaused = true
            return server
        }
        guard let server else { return }
        logger.warning("all places for connections are taken; new ones wait, and the longest idle ones are closed")
        Self.setAccepting(false, server)
    }

    private static func setAccepting(_ accepts: Bool, _ server: any Channel) {
        // Setting the option fails only on a closed socket, which accepts nothing anyway.
        server.setOption(.autoRead, value: accepts).whenComplete { _ in }
    }

    /// Closes what waits for its client for too long where places are short, and accepts again once there are some.
    private func sweep() {
        let (connections, isPaused) = state.withLock { ($0.connections, $0.isPaused) }
        guard isPaused || connections.count > shedding.perAddress else { return }
        let hasPlaces = (DescriptorBudget.nextDescriptor ?? .max) < budget.ceiling - 2 * Self.margin
        let candidates = connections.compactMap { id, connection in
            connection.activity.waiting.map {
                ConnectionShedding.Candidate(id: id, address: connection.address, waiting: $0)
            }
        }
        let shortage = isPaused && !hasPlaces ? max(2 * Self.margin, budget.ceiling / 16) : 0
        let chosen = shedding.choose(from: candidates, shortage: shortage, now: .now())
        for id in chosen.ofAddresses { connections[id]?.counted.close(for: .address) }
        for id in chosen.forPlaces { connections[id]?.counted.close(for: .places) }
        if chosen.count > 0 {
            logger.notice(
                "closed idle connections, since places for others are short",
                metadata: ["closed": "\(chosen.count)", "open": "\(connections.count)"]
            )
        }
        guard isPaused, hasPlaces || chosen.count > 0 else { return }
        let server = state.withLock { state in
            state.isPaused = false
            return state.server
        }
        if let server { Self.setAccepting(true, server) }
    }
}
