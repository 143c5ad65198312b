import CAllocator
import DequeModule
import Glibc
import NIOCore
import Primitives

/// The loop of a thread of direct exchanges: accepts connections, waits for their first bytes, and for the ends of
/// those whose last bytes are sent. All state belongs to that thread.
final class DirectLoop {
    private static let wakeUpToken = UInt64.max
    /// Marks the tokens of listening sockets. All others are descriptors of connections.
    private static let listenerMark: UInt64 = 1 << 40
    /// The most connections that are accepted in one turn. Accepting comes first: a connection that is not for a stream
    /// goes on at once, however many streams wait to be opened.
    private static let acceptsPerTurn = 64
    /// The time in which a connection's first bytes come, in nanoseconds. After it the event loops wait for them. A
    /// client that opens thousands of connections is often late with its requests.
    private static let firstBytesTime: UInt64 = 250_000_000
    /// The time that a client has to take the last bytes.
    private static let sendTime: UInt64 = 5_000_000_000
    /// The time that a client has to close after the last bytes.
    private static let peerCloseTime: UInt64 = 1_000_000_000

    private enum Phase {
        /// Nothing has come yet.
        case silent
        /// These last bytes are not sent yet.
        case sending(ArraySlice<UInt8>)
        /// Everything is sent. Bytes that nobody has read would turn a close into a reset.
        case awaitingPeerClose
    }

    private struct Watched {
        let listener: DirectListener
        var phase: Phase
        var deadline: UInt64
    }

    private let threads: DirectThreads
    private var pace = DirectPace()
    /// The thread's number.
    private let index: Int
    private let epoll: Epoll
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: PlainRequest.maximumByteCount + 1,
        alignment: 16
    )
    /// The sockets whose connections are accepted, by their tokens.
    private var listeners: [UInt64: DirectListener] = [:]
    /// The connections that are watched, by their descriptors.
    private var watched: [CInt: Watched] = [:]
    /// The deadlines of each phase, in their order. An entry whose deadline is not its connection's counts no more.
    private var deadlines: [Deque<(descriptor: CInt, at: UInt64)>] = [[], [], []]

    init(of threads: DirectThreads, _ index: Int, epoll: Epoll) {
        self.threads = threads
        self.index = index
        self.epoll = epoll
    }

    deinit { buffer.deallocate() }

    static func makeEpoll(wokenBy wakeUp: WakeUpDescriptor) throws(SystemCallError) -> Epoll {
        let epoll = try Epoll(capacity: 512)
        try epoll.add(wakeUp.descriptor, token: wakeUpToken, events: .readable)
        return epoll
    }

    func run() {
        while true {
            let wait = threads.beginWait(index) ? timeToDeadline : 0
            for ready in epoll.wait(nanoseconds: wait) {
                if ready.token == Self.wakeUpToken {
                    threads.clearWakeUp(index)
                } else if ready.token & Self.listenerMark != 0 {
                    if let listener = listeners[ready.token] { accept(from: listener) }
                } else {
                    socketReady(CInt(truncatingIfNeeded: ready.token), ready)
                    giveWay()
                }
            }
            let mail = threads.takeMail(index)
            for (listener, accepts) in mail.listeners {
                if accepts { watch(listener) } else { stopWatching(listener) }
            }
            for (ending, listener) in mail.endings {
                send(ending.bytes[...], on: ending.descriptor, of: listener, isFirst: true)
            }
            // Not between jobs, which no other thread can take. They are few in each turn.
            for job in mail.jobs { job.runSynchronously(on: threads.asUnownedTaskExecutor()) }
            if mail.releasesMemory { waybill_allocator_release() }
            expire()
            giveWay()
        }
    }

    /// Pauses where others wait for the processor that this thread has had for its share of time.
    private func giveWay() {
        guard !RequestsInProgress.shared.isEmpty, pace.beginsPause(at: SystemClock.threadNanoseconds()) else { return }
        var time = timespec(tv_sec: 0, tv_nsec: Int(DirectPace.pauseTime))
        // A signal may end the pause early.
        nanosleep(&time, nil)
    }

    // MARK: Accepting

    private func watch(_ listener: DirectListener) {
        let token = Self.listenerMark | UInt64(listener.descriptor)
        guard listeners[token] == nil else { return }
        do {
            // One thread wakes for a connection, as far as others are not busy.
            try epoll.add(listener.descriptor, token: token, events: [.readable, .exclusive])
            listeners[token] = listener
            listener.watchBegan()
        } catch {
            // The system has no memory to watch it. Where no thread does, all begin anew as after any scarcity.
            if !listener.isWatched { listener.pause(for: .system(ENOMEM)) }
        }
    }

    private func stopWatching(_ listener: DirectListener) {
        guard listeners.removeValue(forKey: Self.listenerMark | UInt64(listener.descriptor)) != nil else { return }
        epoll.remove(listener.descriptor)
        listener.watchEnded()
    }

    private func accept(from listener: DirectListener) {
        for _ in 0..<Self.acceptsPerTurn {
            guard !listener.isPaused else { return stopWatching(listener) }
            switch DirectSocket.accept(listener.descriptor) {
            case .connection(let descriptor):
                let hasRoom = listener.endpoint.budget.hasRoom(at: Int(descriptor))
                if !hasRoom { listener.pause(for: .places) }
                guard hasRoom, listener.reserve() else {
                    listener.passOn(descriptor)
                    continue
                }
                look(at: DirectConnection(descriptor: descriptor, listener: listener))
                giveWay()
            case .gone: continue
            case .nothing: return
            case .scarcity(let error): listener.pause(for: .system(error))
            case .closed: return stopWatching(listener)
            }
        }
    }

    // MARK: First bytes

    private func look(at connection: DirectConnection) {
        switch DirectSocket.peek(connection.descriptor, into: buffer) {
        case .nothing:
            guard watched[connection.descriptor] == nil else { return }
            watch(connection.descriptor, of: connection.listener, .silent, for: Self.firstBytesTime, 0)
        case .ended: passOn(connection)
        case .bytes(let bytes):
            stopWatching(connection.descriptor)
            if !begin(bytes, on: connection) { passOn(connection) }
        }
    }

    private func passOn(_ connection: DirectConnection) {
        stopWatching(connection.descriptor)
        connection.passOn()
    }

    /// Begins the exchange of a request that is answered here.
    private func begin(_ bytes: UnsafeRawBufferPointer, on connection: DirectConnection) -> Bool {
        let endpoint = connection.listener.endpoint
        guard var request = PlainRequest.parse(bytes) else { return false }
        let exchange = endpoint.exchanges.exchange(for: &request)
        guard exchange.answer == nil, let answer = endpoint.responder(request), let address = connection.address,
            DirectSocket.discard(from: connection.descriptor, atMost: bytes.count)
        else { return false }
        endpoint.metrics.countDirect()
        let direct = DirectExchange(exchange, on: connection, from: address, threads: threads)
        _ = Task<Void, Never>(executorPreference: threads) { await answer(direct) }
        return true
    }

    // MARK: Last bytes

    private func send(_ bytes: ArraySlice<UInt8>, on descriptor: CInt, of listener: DirectListener, isFirst: Bool) {
        guard let count = DirectSocket.send(bytes, on: descriptor) else { return close(descriptor, of: listener) }
        let rest = bytes.dropFirst(count)
        guard rest.isEmpty else {
            if isFirst { return watch(descriptor, of: listener, .sending(rest), for: Self.sendTime, 1) }
            watched[descriptor]?.phase = .sending(rest)
            return
        }
        shutdown(descriptor, CInt(SHUT_WR))
        watch(descriptor, of: listener, .awaitingPeerClose, for: Self.peerCloseTime, 2)
    }

    private func close(_ descriptor: CInt, of listener: DirectListener) {
        stopWatching(descriptor)
        Glibc.close(descriptor)
        listener.ended()
    }

    // MARK: Readiness and deadlines

    private func socketReady(_ descriptor: CInt, _ ready: Epoll.Ready) {
        guard let found = watched[descriptor] else { return }
        switch found.phase {
        case .silent: look(at: DirectConnection(descriptor: descriptor, listener: found.listener))
        case .sending(let bytes):
            guard ready.events.isDisjoint(with: [.failed, .hungUp]),
                !ready.events.contains(.readable) || DirectSocket.discard(from: descriptor, atMost: 64 * 1024)
            else { return close(descriptor, of: found.listener) }
            if ready.isWritable { send(bytes, on: descriptor, of: found.listener, isFirst: false) }
        case .awaitingPeerClose:
            guard ready.events.isDisjoint(with: [.failed, .hungUp]),
                DirectSocket.discard(from: descriptor, atMost: 64 * 1024)
            else { return close(descriptor, of: found.listener) }
        }
    }

    private func watch(
        _ descriptor: CInt,
        of listener: DirectListener,
        _ phase: Phase,
        for time: UInt64,
        _ queue: Int
    ) {
        let deadline = SystemClock.monotonicNanoseconds() &+ time
        let isWatched = watched[descriptor] != nil
        watched[descriptor] = Watched(listener: listener, phase: phase, deadline: deadline)
        deadlines[queue].append((descriptor, deadline))
        var events: Epoll.Events = .readable
        if case .sending = phase { events.insert(.writable) }
        do {
            if isWatched {
                try epoll.modify(descriptor, token: UInt64(descriptor), events: events)
            } else {
                try epoll.add(descriptor, token: UInt64(descriptor), events: events)
            }
        } catch {
            // The system has no memory to watch it.
            watched[descriptor] = nil
            giveUp(descriptor, of: listener, phase)
        }
    }

    private func giveUp(_ descriptor: CInt, of listener: DirectListener, _ phase: Phase) {
        if case .silent = phase {
            let connection = DirectConnection(descriptor: descriptor, listener: listener)
            // The thread may be late itself, and was not told yet of bytes that have come.
            if case .bytes(let bytes) = DirectSocket.peek(descriptor, into: buffer) {
                stopWatching(descriptor)
                if begin(bytes, on: connection) { return }
            }
            passOn(connection)
        } else {
            close(descriptor, of: listener)
        }
    }

    private func stopWatching(_ descriptor: CInt) {
        guard watched.removeValue(forKey: descriptor) != nil else { return }
        // The next owner of the descriptor may be another epoll instance.
        epoll.remove(descriptor)
    }

    private var timeToDeadline: UInt64? {
        guard let next = deadlines.compactMap({ $0.first?.at }).min() else { return nil }
        let now = SystemClock.monotonicNanoseconds()
        return next > now ? next - now : 0
    }

    private func expire() {
        guard deadlines.contains(where: { !$0.isEmpty }) else { return }
        let now = SystemClock.monotonicNanoseconds()
        for queue in deadlines.indices {
            while let first = deadlines[queue].first, first.at <= now {
                deadlines[queue].removeFirst()
                guard let found = watched[first.descriptor], found.deadline == first.at else { continue }
                giveUp(first.descriptor, of: found.listener, found.phase)
            }
        }
    }
}
