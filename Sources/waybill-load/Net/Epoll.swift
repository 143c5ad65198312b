import CEpoll
import Glibc

/// Readiness of many descriptors for one thread, level-triggered. A token names each.
final class Epoll {
    struct Ready {
        let token: UInt64
        let events: UInt32

        /// Readable, ended or failed: a read tells which.
        var isReadable: Bool { events & ~EPOLLOUT.rawValue != 0 }
        var isWritable: Bool { events & EPOLLOUT.rawValue != 0 }
    }

    private let descriptor: Int32
    private let events: UnsafeMutableBufferPointer<epoll_event>

    init() throws {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw LoadFailure.system("epoll_create1") }
        events = .allocate(capacity: 1024)
        events.initialize(repeating: epoll_event())
    }

    deinit {
        events.deallocate()
        close(descriptor)
    }

    /// What a descriptor is watched for.
    enum Interest {
        case reading, readingAndWriting
        /// Errors only, which cannot be left out.
        case nothing

        fileprivate var events: UInt32 {
            switch self {
            case .reading: EPOLLIN.rawValue
            case .readingAndWriting: EPOLLIN.rawValue | EPOLLOUT.rawValue
            case .nothing: 0
            }
        }
    }

    func add(_ socket: Int32, token: UInt64, _ interest: Interest = .reading) throws {
        guard control(EPOLL_CTL_ADD, socket, token, interest) else { throw LoadFailure.system("epoll_ctl") }
    }

    func change(_ socket: Int32, token: UInt64, _ interest: Interest) throws {
        guard control(EPOLL_CTL_MOD, socket, token, interest) else { throw LoadFailure.system("epoll_ctl") }
    }

    /// Waits at most until `deadline` (nanoseconds of ``Clock``) and hands over what is ready.
    func wait(until deadline: UInt64, _ body: (Ready) throws -> Void) throws {
        let now = Clock.now()
        let left = deadline > now ? deadline - now : 0
        let count = waybill_epoll_wait(descriptor, events.baseAddress, Int32(events.count), left)
        guard count >= 0 || errno == EINTR else { throw LoadFailure.system("epoll_pwait2") }
        for index in 0..<max(0, Int(count)) {
            try body(Ready(token: events[index].data.u64, events: events[index].events))
        }
    }

    private func control(_ operation: Int32, _ socket: Int32, _ token: UInt64, _ interest: Interest) -> Bool {
        var event = epoll_event()
        event.events = interest.events
        event.data.u64 = token
        return epoll_ctl(descriptor, operation, socket, &event) == 0
    }
}
