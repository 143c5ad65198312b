import CLinux
import Glibc

/// An epoll instance (epoll(7)): reports which of many descriptors are ready, each under its token.
///
/// Unchecked because the event buffer belongs to the thread that calls `wait`; all else is constant, and the kernel
/// serialises `epoll_ctl`.
public final class Epoll: @unchecked Sendable {
    /// Conditions of a descriptor. Errors and hang-ups are always reported, also with an empty set.
    public struct Events: OptionSet, Sendable, Hashable {
        public let rawValue: UInt32

        public init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        public static let readable = Events(rawValue: EPOLLIN.rawValue)
        public static let writable = Events(rawValue: EPOLLOUT.rawValue)
        /// The peer sends nothing more.
        public static let peerClosed = Events(rawValue: EPOLLRDHUP.rawValue)
        public static let failed = Events(rawValue: EPOLLERR.rawValue)
        public static let hungUp = Events(rawValue: EPOLLHUP.rawValue)
        /// Reports changes only, once each; without it a condition is reported for as long as it lasts.
        public static let edgeTriggered = Events(rawValue: EPOLLET.rawValue)
        /// Wakes one of the instances that watch the descriptor, not all of them.
        public static let exclusive = Events(rawValue: EPOLLEXCLUSIVE.rawValue)
    }

    /// One descriptor that is ready.
    public struct Ready {
        public let token: UInt64
        public let events: Events

        /// True when a read does not block: there is data, the end of the stream or an error, and the read tells which.
        public var isReadable: Bool { !events.subtracting(.writable).isEmpty }
        public var isWritable: Bool { events.contains(.writable) }
    }

    private let descriptor: Int32
    private let buffer: UnsafeMutableBufferPointer<epoll_event>

    /// - Parameter capacity: the most descriptors that one `wait` reports.
    /// - Throws: when the process has no descriptor left.
    public init(capacity: Int) throws(SystemCallError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw SystemCallError("epoll_create1") }
        buffer = .allocate(capacity: capacity)
        buffer.initialize(repeating: epoll_event())
    }

    deinit {
        buffer.deallocate()
        close(descriptor)
    }

    /// Watches a descriptor until it is removed or closed.
    public func add(_ descriptor: Int32, token: UInt64, events: Events) throws(SystemCallError) {
        try control(EPOLL_CTL_ADD, descriptor, token, events)
    }

    /// Replaces the events and the token of a watched descriptor.
    public func modify(_ descriptor: Int32, token: UInt64, events: Events) throws(SystemCallError) {
        try control(EPOLL_CTL_MOD, descriptor, token, events)
    }

    /// Stops watching a descriptor. Does nothing when it has been closed: the kernel has forgotten it then.
    public func remove(_ descriptor: Int32) {
        epoll_ctl(self.descriptor, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Waits until a descriptor is ready or the time has passed. A signal may end the wait early with nothing ready.
    ///
    /// - Parameter nanoseconds: the longest wait; nil waits without a limit.
    /// - Returns: what is ready, valid until the next call.
    public func wait(nanoseconds: UInt64?) -> ReadyList {
        do {
            return try waitOrFail(nanoseconds: nanoseconds)
        } catch {
            // All errors mean a wrong argument.
            preconditionFailure("epoll cannot wait: \(error)")
        }
    }

    /// The same for a caller that goes on without the descriptors when the system refuses to wait.
    public func waitOrFail(nanoseconds: UInt64?) throws(SystemCallError) -> ReadyList {
        let capacity = Int32(buffer.count)
        let count =
            if let nanoseconds {
                waybill_epoll_wait(descriptor, buffer.baseAddress, capacity, nanoseconds)
            } else {
                epoll_wait(descriptor, buffer.baseAddress, capacity, -1)
            }
        guard count >= 0 || errno == EINTR else { throw SystemCallError("epoll_wait") }
        return ReadyList(buffer: UnsafeBufferPointer(rebasing: buffer[..<max(0, Int(count))]))
    }

    private func control(
        _ operation: Int32,
        _ descriptor: Int32,
        _ token: UInt64,
        _ events: Events
    ) throws(SystemCallError) {
        var event = epoll_event()
        event.events = events.rawValue
        event.data.u64 = token
        guard epoll_ctl(self.descriptor, operation, descriptor, &event) == 0 else { throw SystemCallError("epoll_ctl") }
    }

    /// The descriptors that one `wait` found ready.
    public struct ReadyList: RandomAccessCollection {
        fileprivate let buffer: UnsafeBufferPointer<epoll_event>

        public var startIndex: Int { 0 }
        public var endIndex: Int { buffer.count }

        public subscript(position: Int) -> Ready {
            let event = buffer[position]
            return Ready(token: event.data.u64, events: Events(rawValue: event.events))
        }
    }
}
