import CLibPQ
import Glibc
import Synchronization

/// An epoll loop on its own thread: jobs from anywhere, and, for those who run on it, descriptor readiness and timers.
///
/// Unchecked because `handlers`, `timers` and `timerHandlers` are touched on the loop's thread alone, and `thread` and
/// `executor` are written before that thread starts.
final class EventLoop: @unchecked Sendable {
    typealias Registration = UInt64
    typealias Timer = DeadlineHeap.ID

    private struct Job {
        let job: UnownedJob
        /// Of a task that prefers this thread; nil for an actor's job.
        let taskExecutor: UnownedTaskExecutor?
    }

    private struct Inbox {
        var jobs: [Job] = []
        var isSleeping = false
        var isStopped = false
    }

    private let inbox = Mutex(Inbox())
    private let epoll: Int32
    private let wakeup: Int32
    private var thread = pthread_t()
    private weak var executor: PostgresExecutor?
    private var handlers: [Registration: (UInt32) -> Void] = [:]
    private var lastRegistration: Registration = 0
    private var timers = DeadlineHeap()
    private var timerHandlers: [Timer: () -> Void] = [:]

    init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeup = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(epoll >= 0 && wakeup >= 0, "no descriptors left for an event loop")
        control(EPOLL_CTL_ADD, wakeup, events: EPOLLIN.rawValue, registration: 0)
    }

    deinit {
        close(wakeup)
        close(epoll)
    }

    var isCurrent: Bool { pthread_equal(pthread_self(), thread) != 0 }

    // MARK: From any thread

    func start(for executor: PostgresExecutor, name: String) {
        self.executor = executor
        // Held until the thread has set its own id: `isCurrent` must be right for the first job.
        inbox.withLock { _ in
            let unmanaged = Unmanaged.passRetained(self)
            let status = pthread_create(
                &thread,
                nil,
                { context in
                    guard let context else { return nil }
                    let loop = Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue()
                    loop.run()
                    return nil
                },
                unmanaged.toOpaque()
            )
            precondition(status == 0, "no thread left for an event loop")
            _ = clibpq_set_thread_name(thread, String(name.prefix(15)))
            pthread_detach(thread)
        }
    }

    func enqueue(_ job: UnownedJob, taskExecutor: UnownedTaskExecutor? = nil) {
        let mustWake = inbox.withLock { inbox in
            inbox.jobs.append(Job(job: job, taskExecutor: taskExecutor))
            defer { inbox.isSleeping = false }
            return inbox.isSleeping
        }
        if mustWake { wake() }
    }

    func stop() {
        inbox.withLock { $0.isStopped = true }
        wake()
    }

    private func wake() {
        var one: UInt64 = 1
        // Only a full counter could refuse it, and then the loop wakes anyway.
        _ = write(wakeup, &one, 8)
    }

    // MARK: On the loop's thread

    /// Watches a descriptor, level-triggered, until `unwatch`; nil when the kernel has no room for it.
    func watch(_ descriptor: Int32, events: UInt32, handler: @escaping (UInt32) -> Void) -> Registration? {
        lastRegistration += 1
        guard control(EPOLL_CTL_ADD, descriptor, events: events, registration: lastRegistration) else { return nil }
        handlers[lastRegistration] = handler
        return lastRegistration
    }

    func rewatch(_ registration: Registration, _ descriptor: Int32, events: UInt32) {
        control(EPOLL_CTL_MOD, descriptor, events: events, registration: registration)
    }

    /// Also right when the descriptor has been closed meanwhile: the kernel has forgotten it then.
    func unwatch(_ registration: Registration, _ descriptor: Int32) {
        handlers[registration] = nil
        control(EPOLL_CTL_DEL, descriptor, events: 0, registration: registration)
    }

    func schedule(after delay: Duration, _ handler: @escaping () -> Void) -> Timer {
        let (seconds, attoseconds) = max(delay, .zero).components
        let nanoseconds = UInt64(min(seconds, 1 << 32)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
        let timer = timers.insert(EventLoop.now() + nanoseconds)
        timerHandlers[timer] = handler
        return timer
    }

    func cancel(_ timer: Timer) {
        timers.cancel(timer)
        timerHandlers[timer] = nil
    }

    @discardableResult
    private func control(
        _ operation: Int32,
        _ descriptor: Int32,
        events: UInt32,
        registration: Registration
    ) -> Bool {
        var event = epoll_event()
        event.events = events
        event.data.u64 = registration
        return epoll_ctl(epoll, operation, descriptor, &event) == 0
    }

    private static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let jobs = inbox.withLock { inbox in
                let jobs = inbox.jobs
                inbox.jobs.removeAll(keepingCapacity: false)
                return jobs
            }
            runJobs(jobs)
            fireTimers()
            guard let timeout = prepareToSleep() else { return }
            let count = epoll_wait(epoll, &events, Int32(events.count), timeout)
            inbox.withLock { $0.isSleeping = false }
            for index in 0..<max(0, Int(count)) {
                let event = events[index]
                if event.data.u64 == 0 {
                    var drained: UInt64 = 0
                    _ = read(wakeup, &drained, 8)
                } else {
                    // No handler: it was taken away by an earlier event of this very turn.
                    handlers[event.data.u64]?(event.events)
                }
            }
        }
    }

    private func runJobs(_ jobs: [Job]) {
        // Those who wait in the inbox hold the executor; holding it here too lets the last of them let go in peace.
        guard let executor else { return }
        for entry in jobs {
            if let taskExecutor = entry.taskExecutor {
                entry.job.runSynchronously(on: taskExecutor)
            } else {
                entry.job.runSynchronously(on: executor.asUnownedSerialExecutor())
            }
        }
    }

    private func fireTimers() {
        guard timers.count > 0 else { return }
        let now = EventLoop.now()
        while let timer = timers.popDue(now) {
            timerHandlers.removeValue(forKey: timer)?()
        }
    }

    /// How long to wait, in milliseconds; nil when the loop has ended.
    private func prepareToSleep() -> Int32? {
        let deadline = timers.next()
        return inbox.withLock { inbox in
            guard inbox.jobs.isEmpty else { return 0 }
            guard !inbox.isStopped else { return nil }
            inbox.isSleeping = true
            guard let deadline else { return -1 }
            let now = EventLoop.now()
            // Rounded up: waking a moment early would spin.
            return deadline <= now ? 0 : Int32(min((deadline - now + 999_999) / 1_000_000, 60_000))
        }
    }
}
