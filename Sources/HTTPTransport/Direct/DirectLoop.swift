import DequeModule
import Glibc
import NIOCore
import Primitives

/// The loop of the thread of direct exchanges: waits for the first bytes of connections, and for the ends of those
/// whose last bytes are sent. All state belongs to that thread.
final class DirectLoop {
    private static let wakeUpToken = UInt64.max
    /// The time in which a connection's first bytes come, in nanoseconds. After it the event loops wait for them.
    private static let firstBytesTime: UInt64 = 20_000_000
    /// The time that a client has to take the last bytes.
    private static let sendTime: UInt64 = 5_000_000_000
    /// The time that a client has to close after the last bytes.
    private static let peerCloseTime: UInt64 = 1_000_000_000

    private enum Phase {
        /// Nothing has come yet.
        case silent(DirectConnection)
        /// These last bytes are not sent yet.
        case sending(ArraySlice<UInt8>)
        /// Everything is sent. Bytes that nobody has read would turn a close into a reset.
        case awaitingPeerClose
    }

    private struct Watched {
        var phase: Phase
        var deadline: UInt64
    }

    private let thread: DirectThread
    private let epoll: Epoll
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: PlainRequest.maximumByteCount + 1,
        alignment: 16
    )
    /// The connections that are watched, by their descriptors.
    private var watched: [CInt: Watched] = [:]
    /// The deadlines of each phase, in their order. An entry whose deadline is not its connection's counts no more.
    private var deadlines: [Deque<(descriptor: CInt, at: UInt64)>] = [[], [], []]

    init(of thread: DirectThread, epoll: Epoll) {
        self.thread = thread
        self.epoll = epoll
    }

    deinit { buffer.deallocate() }

    static func makeEpoll(for thread: DirectThread) throws(SystemCallError) -> Epoll {
        let epoll = try Epoll(capacity: 512)
        try epoll.add(thread.wakeUp.descriptor, token: wakeUpToken, events: .readable)
        return epoll
    }

    func run() {
        while true {
            let wait = thread.beginWait() ? timeToDeadline : 0
            for ready in epoll.wait(nanoseconds: wait) {
                if ready.token == Self.wakeUpToken {
                    thread.wakeUp.clear()
                } else {
                    socketReady(CInt(truncatingIfNeeded: ready.token), ready)
                }
            }
            let mail = thread.takeMail()
            for job in mail.jobs { job.runSynchronously(on: thread.asUnownedTaskExecutor()) }
            for connection in mail.arrivals { look(at: connection) }
            for (descriptor, bytes) in mail.endings { send(bytes[...], on: descriptor, isFirst: true) }
            expire()
        }
    }

    // MARK: First bytes

    private func look(at connection: DirectConnection) {
        switch DirectSocket.peek(connection.descriptor, into: buffer) {
        case .nothing:
            guard watched[connection.descriptor] == nil else { return }
            watch(connection.descriptor, .silent(connection), for: Self.firstBytesTime, 0)
        case .ended: passOn(connection)
        case .bytes(let bytes):
            stopWatching(connection.descriptor)
            if !begin(bytes, on: connection) { passOn(connection) }
        }
    }

    private func passOn(_ connection: DirectConnection) {
        stopWatching(connection.descriptor)
        thread.ended()
        connection.passOn()
    }

    /// Begins the exchange of a request that is answered here.
    private func begin(_ bytes: UnsafeRawBufferPointer, on connection: DirectConnection) -> Bool {
        let endpoint = connection.endpoint
        guard var request = PlainRequest.parse(bytes) else { return false }
        let exchange = endpoint.exchanges.exchange(for: &request)
        guard exchange.answer == nil, let answer = endpoint.responder(request), let address = connection.address,
            let descriptor = connection.duplicateDescriptor()
        else { return false }
        guard DirectSocket.discard(from: descriptor, atMost: bytes.count) else {
            Glibc.close(descriptor)
            return false
        }
        connection.channel.close(promise: nil)
        endpoint.metrics.countDirect()
        let direct = DirectExchange(exchange, on: descriptor, from: address, thread: thread)
        _ = Task<Void, Never>(executorPreference: thread) { await answer(direct) }
        return true
    }

    // MARK: Last bytes

    private func send(_ bytes: ArraySlice<UInt8>, on descriptor: CInt, isFirst: Bool) {
        guard let count = DirectSocket.send(bytes, on: descriptor) else { return close(descriptor) }
        let rest = bytes.dropFirst(count)
        guard rest.isEmpty else {
            if isFirst { return watch(descriptor, .sending(rest), for: Self.sendTime, 1) }
            watched[descriptor]?.phase = .sending(rest)
            return
        }
        shutdown(descriptor, CInt(SHUT_WR))
        watch(descriptor, .awaitingPeerClose, for: Self.peerCloseTime, 2)
    }

    private func close(_ descriptor: CInt) {
        stopWatching(descriptor)
        Glibc.close(descriptor)
        thread.ended()
    }

    // MARK: Readiness and deadlines

    private func socketReady(_ descriptor: CInt, _ ready: Epoll.Ready) {
        guard let found = watched[descriptor] else { return }
        switch found.phase {
        case .silent(let connection): look(at: connection)
        case .sending(let bytes):
            guard ready.events.isDisjoint(with: [.failed, .hungUp]),
                !ready.events.contains(.readable) || DirectSocket.discard(from: descriptor, atMost: 64 * 1024)
            else { return close(descriptor) }
            if ready.isWritable { send(bytes, on: descriptor, isFirst: false) }
        case .awaitingPeerClose:
            guard ready.events.isDisjoint(with: [.failed, .hungUp]),
                DirectSocket.discard(from: descriptor, atMost: 64 * 1024)
            else { return close(descriptor) }
        }
    }

    private func watch(_ descriptor: CInt, _ phase: Phase, for time: UInt64, _ queue: Int) {
        let deadline = SystemClock.monotonicNanoseconds() &+ time
        let isWatched = watched[descriptor] != nil
        watched[descriptor] = Watched(phase: phase, deadline: deadline)
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
            giveUp(descriptor, phase)
        }
    }

    private func giveUp(_ descriptor: CInt, _ phase: Phase) {
        if case .silent(let connection) = phase { passOn(connection) } else { close(descriptor) }
    }

    private func stopWatching(_ descriptor: CInt) {
        guard watched.removeValue(forKey: descriptor) != nil else { return }
        // A duplicate of the descriptor would keep it among those that are watched.
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
                giveUp(first.descriptor, found.phase)
            }
        }
    }
}
