import Glibc
import Primitives

/// A pool of many open streams on one thread. The epoll token of a stream is its index.
final class SubscriberPool {
    private let target: StreamTarget
    private let epoll: Epoll
    private let subscribers: UnsafeMutablePointer<Subscriber>
    private let capacity: Int
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
    private(set) var count = 0
    /// The number of streams that have begun and are open.
    private(set) var live = 0
    /// The number of streams that the server has ended.
    private(set) var ended = 0
    /// The number of events received by all streams together.
    private(set) var events = 0
    private(set) var bytes = 0
    /// The last byte of the first source address 127.0.0.x. Each 20,000 streams use another address.
    private let source: UInt8

    /// A closure that is called with the raw bytes of the first stream.
    var onFirstStreamBytes: ((UnsafeRawBufferPointer) -> Void)?

    init(_ target: StreamTarget, capacity: Int, epoll: Epoll, source: UInt8 = 2) {
        self.target = target
        self.capacity = capacity
        self.epoll = epoll
        self.source = source
        subscribers = .allocate(capacity: capacity)
    }

    deinit {
        for index in 0..<count { close(subscribers[index].descriptor) }
        subscribers.deinitialize(count: count)
        subscribers.deallocate()
        buffer.deallocate()
    }

    func subscriber(_ index: Int) -> Subscriber { subscribers[index] }

    /// The index from which on streams have a small receive buffer, as a device that hangs: bytes sent to them stay
    /// with the server.
    var smallBuffersFrom = Int.max

    /// Begins another stream.
    func open() throws {
        precondition(count < capacity, "the pool is full")
        let descriptor = try Sockets.connect(
            port: target.port(of: count),
            source: source + UInt8(count / 20_000),
            receiveBuffer: count >= smallBuffersFrom ? 4096 : nil
        )
        let index = count
        (subscribers + index).initialize(to: Subscriber(descriptor, target.beginning))
        count += 1
        try epoll.add(descriptor, token: UInt64(index), events: [.readable, .writable])
    }

    /// Sends or reads on a descriptor that is ready.
    ///
    /// - Parameters:
    ///   - ready: the descriptor's readiness.
    ///   - onEvents: called with the stream's index, the number of its events before, and the number of new events.
    func handle(_ ready: Epoll.Ready, onEvents: (_ index: Int, _ before: Int, _ count: Int) -> Void) throws {
        let index = Int(ready.token)
        let subscriber = subscribers + index
        if subscriber.pointee.phase == .sending {
            guard ready.isWritable else { throw LoadFailure("a stream cannot connect") }
            try subscriber.pointee.send(target.request(index))
            if subscriber.pointee.phase == .sending { return }
            try epoll.modify(subscriber.pointee.descriptor, token: ready.token, events: .readable)
        }
        guard ready.isReadable, subscriber.pointee.phase != .ended else { return }
        guard let count = try Sockets.receive(subscriber.pointee.descriptor, into: buffer) else { return }
        guard count > 0 else { return try end(index) }
        let received = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        if index == 0 { onFirstStreamBytes?(received) }
        let before = subscriber.pointee.events
        let wasLive = subscriber.pointee.phase == .live
        try subscriber.pointee.receive(received)
        if !wasLive, subscriber.pointee.phase == .live { live += 1 }
        let new = subscriber.pointee.events - before
        bytes += count
        events += new
        if new > 0 { onEvents(index, before, new) }
    }

    /// Stops reading from a stream, as a client that hangs. The stream stays open.
    func stall(_ index: Int) throws {
        try epoll.modify(subscribers[index].descriptor, token: UInt64(index), events: [])
    }

    private func end(_ index: Int) throws {
        if subscribers[index].phase == .live { live -= 1 }
        subscribers[index].end()
        ended += 1
        try epoll.modify(subscribers[index].descriptor, token: UInt64(index), events: [])
    }
}
