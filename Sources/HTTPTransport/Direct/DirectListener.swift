import Glibc
import Synchronization

/// A listening socket whose connections the threads of direct exchanges accept.
final class DirectListener: Sendable {
    /// The most connections that are on the threads at once. The event loops take all others.
    private static let maximumConnections = 4096

    /// The reasons to accept nothing for a while.
    enum Shortage {
        /// All places for connections are taken.
        case places
        /// The system has no descriptor or no memory for a connection, by the error's number.
        case system(CInt)
    }

    /// A descriptor of its own.
    let descriptor: CInt
    let endpoint: DirectEndpoint
    /// Gives a connection to the event loops. Nothing may have been read from it.
    let passOn: @Sendable (_ descriptor: CInt) -> Void
    private let onShortage: @Sendable (Shortage) -> Void
    private let threads: DirectThreads
    private let maximum: Int
    private let connections = Atomic(0)
    private let pauses = Atomic(false)
    private let watchers = Atomic(0)
    private let isClosed = Mutex(false)

    /// - Parameters:
    ///   - server: the descriptor of the listening socket, which stays its owner's.
    ///   - onShortage: lets `setAccepting` be called once there is room.
    /// - Returns: nil where the system has no descriptor left.
    init?(
        duplicating server: CInt,
        endpoint: DirectEndpoint,
        threads: DirectThreads,
        passOn: @escaping @Sendable (CInt) -> Void,
        onShortage: @escaping @Sendable (Shortage) -> Void
    ) {
        descriptor = fcntl(server, F_DUPFD_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        self.endpoint = endpoint
        self.threads = threads
        self.passOn = passOn
        self.onShortage = onShortage
        // Connections here do not count among the places of their address.
        maximum = min(Self.maximumConnections, endpoint.budget.ceiling / 8)
    }

    deinit { Glibc.close(descriptor) }

    /// Begins to accept connections, or stops.
    func setAccepting(_ accepts: Bool) {
        isClosed.withLock { isClosed in
            guard !isClosed else { return }
            pauses.store(!accepts, ordering: .sequentiallyConsistent)
            threads.change(self, accepts: accepts)
        }
    }

    /// True while no thread may accept a connection.
    var isPaused: Bool { pauses.load(ordering: .sequentiallyConsistent) }

    /// A thread watches the socket from now on.
    func watchBegan() { watchers.wrappingAdd(1, ordering: .relaxed) }

    /// A thread watches the socket no longer.
    func watchEnded() { watchers.wrappingSubtract(1, ordering: .relaxed) }

    /// True where a thread watches the socket.
    var isWatched: Bool { watchers.load(ordering: .relaxed) > 0 }

    /// Lets no thread accept a connection until `setAccepting`: each would take some more before it is told.
    func pause(for shortage: Shortage) {
        pauses.store(true, ordering: .sequentiallyConsistent)
        onShortage(shortage)
    }

    /// Stops listening for good.
    func close() {
        isClosed.withLock { isClosed in
            guard !isClosed else { return }
            isClosed = true
            pauses.store(true, ordering: .sequentiallyConsistent)
            // The socket would listen until its last descriptor is closed.
            shutdown(descriptor, CInt(SHUT_RD))
            threads.change(self, accepts: false)
        }
    }

    /// Reserves a place for a connection, until `ended`.
    ///
    /// - Returns: false where all places are taken.
    func reserve() -> Bool {
        guard connections.load(ordering: .relaxed) < maximum else { return false }
        connections.wrappingAdd(1, ordering: .relaxed)
        return true
    }

    /// Gives the place of a connection back.
    func ended() { connections.wrappingSubtract(1, ordering: .relaxed) }
}
