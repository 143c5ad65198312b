package import Logging
package import NIOCore
import Synchronization

/// Bounds the connections by the process's descriptors, and those of one address by the places that are left to others.
///
/// Accepting pauses while all places are taken, and connections close that wait for their clients: those of the
/// addresses with the most places, and those that have waited longest.
package final class ConnectionLimiter: Sendable {
    private struct Connection {
        let counted: CountedConnection
        let activity: ConnectionActivity
    }

    private struct Address {
        let places: AddressPlaces
        var connections: Set<ObjectIdentifier> = []
    }

    private struct State {
        var connections: [ObjectIdentifier: Connection] = [:]
        var addresses: [String: Address] = [:]
        /// The descriptors that are open beside those of connections.
        var others = 0
        var gate: AcceptGate?
        var isPaused = false
    }

    private static let margin = DescriptorBudget.margin
    private static let sweepInterval = TimeAmount.seconds(1)

    package let budget: DescriptorBudget
    private let metrics: ConnectionMetrics
    private let shedding: ConnectionShedding
    private let isExempt: @Sendable (_ address: String) -> Bool
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
        self.isExempt = isExempt
        shedding = ConnectionShedding(ceiling: budget.ceiling)
    }

    /// Stops and resumes accepting; nil before `watch`.
    var gate: AcceptGate? { state.withLock { $0.gate } }

    /// Begins to watch the listening socket.
    package func watch(_ server: any Channel) async {
        let gate = AcceptGate(server)
        state.withLock { $0.gate = gate }
        await AcceptBackoff.add(to: server, gate, logger: logger)
        let sweeps = server.eventLoop.scheduleRepeatedTask(
            initialDelay: Self.sweepInterval,
            delay: Self.sweepInterval
        ) { _ in self.sweep() }
        server.closeFuture.whenComplete { _ in sweeps.cancel() }
    }

    /// A connection that has a place.
    struct Admission {
        let counted: CountedConnection
        let activity: ConnectionActivity
    }

    /// Takes a new connection in. Runs on its event loop.
    ///
    /// - Parameter idleTimeout: the time after which an idle connection closes.
    /// - Returns: nil where there is no place for it.
    func admit(_ channel: any Channel, idleTimeout: TimeAmount) -> Admission? {
        let descriptor = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { Int($0) }
        // Without a descriptor the channel is not the system's, as in tests.
        let number = descriptor ?? 0
        if !budget.hasRoom(at: number) { pause() }
        let client = channel.clientAddress
        let address = isExempt(client) ? nil : AddressPlaces.key(of: client)
        guard number < budget.ceiling, makeRoom(for: address) else {
            metrics.countRefusal()
            return nil
        }
        return add(channel, of: address, idleTimeout: idleTimeout)
    }

    private func add(_ channel: any Channel, of address: String?, idleTimeout: TimeAmount) -> Admission {
        let id = ObjectIdentifier(channel)
        let places = state.withLock { state in
            address.map { address in
                state.addresses[address, default: Address(places: AddressPlaces())].connections.insert(id)
                return state.addresses[address]?.places ?? AddressPlaces()
            }
        }
        let activity = ConnectionActivity(places: places)
        let counted = CountedConnection(
            channel,
            metrics: metrics,
            address: address,
            activity: activity,
            idleTimeout: idleTimeout
        )
        state.withLock { $0.connections[id] = Connection(counted: counted, activity: activity) }
        channel.closeFuture.whenComplete { _ in self.remove(id) }
        return Admission(counted: counted, activity: activity)
    }

    /// Forgets a connection that ends.
    private func remove(_ id: ObjectIdentifier) {
        let connection = state.withLock { state -> Connection? in
            guard let connection = state.connections.removeValue(forKey: id) else { return nil }
            if let address = connection.counted.address {
                state.addresses[address]?.connections.remove(id)
                if state.addresses[address]?.connections.isEmpty == true { state.addresses[address] = nil }
            }
            return connection
        }
        connection?.activity.end()
    }

    /// Closes connections of an address that has as many places as it may take.
    ///
    /// - Returns: false where none of them can be closed.
    private func makeRoom(for address: String?) -> Bool {
        guard let address else { return true }
        let (taken, free) = state.withLock { state in
            (state.addresses[address]?.places.count ?? 0, budget.ceiling - state.others - state.connections.count)
        }
        guard taken >= shedding.placesPerAddress(free: free) else { return true }
        let candidates = state.withLock { state in
            let ids = state.addresses[address]?.connections ?? []
            return Self.candidates(ids.compactMap { id in state.connections[id].map { (id, $0) } })
        }
        let chosen = shedding.chooseOfOne(candidates, taken: taken, free: free)
        close(chosen, for: .address)
        if !chosen.isEmpty { tell(chosen.count) }
        return !chosen.isEmpty
    }

    private static func candidates(
        _ connections: some Sequence<(ObjectIdentifier, Connection)>
    ) -> [ConnectionShedding.Candidate] {
        connections.compactMap { id, connection in
            connection.activity.waiting.map {
                ConnectionShedding.Candidate(id: id, address: connection.counted.address, waiting: $0)
            }
        }
    }

    private func close(_ chosen: [ObjectIdentifier], for reason: ConnectionMetrics.CloseReason) {
        for id in chosen {
            let connection = state.withLock { $0.connections[id] }
            // Its place is free from now on, so that no other one is closed for it.
            remove(id)
            connection?.counted.close(for: reason)
        }
    }

    private func tell(_ count: Int) {
        let open = state.withLock { $0.connections.count }
        logger.notice(
            "closed idle connections, since places for others are short",
            metadata: ["closed": "\(count)", "open": "\(open)"]
        )
    }

    /// Accepts nothing until there are places again.
    func pause() {
        let gate = state.withLock { state -> AcceptGate? in
            guard !state.isPaused, let gate = state.gate else { return nil }
            state.isPaused = true
            return gate
        }
        guard let gate else { return }
        logger.warning("all places for connections are taken; new ones wait, and idle ones are closed")
        gate.close(for: .places)
    }

    /// Closes what waits for its client for too long where places are short, and accepts again once there are some.
    private func sweep() {
        let (connections, isPaused, addresses) = state.withLock {
            ($0.connections, $0.isPaused, $0.addresses.mapValues(\.places.count))
        }
        if connections.count >= shedding.fewPlaces, let open = DescriptorBudget.openCount {
            state.withLock { $0.others = max(0, open - $0.connections.count) }
        }
        guard isPaused || connections.count > shedding.waitingPerAddress else { return }
        let hasPlaces = (DescriptorBudget.nextDescriptor ?? .max) < budget.ceiling - 2 * Self.margin
        let shortage = isPaused && !hasPlaces ? max(2 * Self.margin, budget.ceiling / 16) : 0
        let chosen = shedding.choose(
            from: Self.candidates(connections.lazy.map { ($0.key, $0.value) }),
            taken: addresses,
            shortage: shortage,
            now: .now()
        )
        close(chosen.ofAddresses, for: .address)
        close(chosen.forPlaces, for: .places)
        if chosen.count > 0 { tell(chosen.count) }
        guard isPaused, hasPlaces || chosen.count > 0 else { return }
        let gate = state.withLock { state in
            state.isPaused = false
            return state.gate
        }
        gate?.open(for: .places)
    }
}
