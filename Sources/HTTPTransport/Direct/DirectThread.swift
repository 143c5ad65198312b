import Primitives
import Synchronization

/// The thread on which requests are answered without handlers, for all listening sockets of the process: a storm of
/// them leaves the event loops to everybody else. Runs the tasks of these exchanges too.
final class DirectThread: TaskExecutor {
    /// The most connections that are here at once. The event loops take all others.
    private static let maximumConnections = 4096

    struct Mail {
        var arrivals: [DirectConnection] = []
        var endings: [(descriptor: CInt, bytes: [UInt8])] = []
        var jobs: [UnownedJob] = []

        var isEmpty: Bool { arrivals.isEmpty && endings.isEmpty && jobs.isEmpty }
    }

    private struct State {
        var mail = Mail()
        /// True while the thread waits, or is about to.
        var isWaiting = false
    }

    let wakeUp: WakeUpDescriptor
    private let state = Mutex(State())
    private let connections = Atomic(0)

    private init() throws(SystemCallError) { wakeUp = try WakeUpDescriptor() }

    /// The process's thread; nil where the system had no descriptor or thread left for it.
    static let shared: DirectThread? = {
        do {
            let thread = try DirectThread()
            let epoll = try DirectLoop.makeEpoll(for: thread)
            try NamedThread.start("direct") { DirectLoop(of: thread, epoll: epoll).run() }
            return thread
        } catch {
            return nil
        }
    }()

    /// Reserves a place for a connection, until `ended`.
    ///
    /// - Returns: false where all places are taken.
    func reserve() -> Bool {
        guard connections.load(ordering: .relaxed) < Self.maximumConnections else { return false }
        connections.wrappingAdd(1, ordering: .relaxed)
        return true
    }

    /// Gives the place of a connection back.
    func ended() { connections.wrappingSubtract(1, ordering: .relaxed) }

    /// Takes a connection over that has a place.
    func take(_ connection: DirectConnection) { post { $0.arrivals.append(connection) } }

    /// Sends the last bytes of an exchange and closes its connection.
    func finish(_ descriptor: CInt, _ bytes: [UInt8]) { post { $0.endings.append((descriptor, bytes)) } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        post { $0.jobs.append(job) }
    }

    private func post(_ change: (inout Mail) -> Void) {
        let wakes = state.withLock { state in
            change(&state.mail)
            defer { state.isWaiting = false }
            return state.isWaiting
        }
        if wakes { wakeUp.wakeUp() }
    }

    // MARK: On the thread

    /// True where the thread may wait: a later call of another thread wakes it.
    func beginWait() -> Bool {
        state.withLock { state in
            state.isWaiting = state.mail.isEmpty
            return state.isWaiting
        }
    }

    func takeMail() -> Mail {
        state.withLock { state in
            state.isWaiting = false
            defer { state.mail = Mail() }
            return state.mail
        }
    }
}
