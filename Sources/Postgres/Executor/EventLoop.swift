import Glibc
import Primitives
import Synchronization

/// An epoll loop on its own thread. It runs jobs from any thread; code that runs on it can watch descriptors and set
/// timers.
///
/// Unchecked because `handlers`, `timers`, `timerHandlers` and `jobs` are touched on the loop's thread alone, and
/// `executor` is written before that thread starts.
final class EventLoop: @unchecked Sendable {
    typealias Registration = UInt64
    typealias Timer = DeadlineHeap.ID

    private struct Job {
        let job: UnownedJob
        /// The executor of a task that prefers this thread; nil for an actor's job.
        let taskExecutor: UnownedTaskExecutor?
    }

    private struct Inbox {
        var jobs: [Job] = []
        var isSleeping = false
        var isStopped = false
    }

    /// The token of the wake-up descriptor. Registrations count from 1.
    private static let wakeUpToken: Registration = 0

    /// The most rounds of jobs, each of those that the round before has queued, between two looks at the descriptors.
    private static let jobRounds = 16

    private let inbox = Mutex(Inbox())
    private let epoll: Epoll
    private let wakeUp: WakeUpDescriptor
    /// The thread's id; 0 before it runs.
    private let thread = Atomic<UInt>(0)
    private weak var executor: PostgresExecutor?
    private var handlers: [Registration: (Epoll.Events) -> Void] = [:]
    private var lastRegistration: Registration = 0
    private var timers = DeadlineHeap()
    private var timerHandlers: [Timer: () -> Void] = [:]
    /// The jobs that run at present.
    private var jobs: [Job] = []

    init() {
        do {
            epoll = try Epoll(capacity: 64)
            wakeUp = try WakeUpDescriptor()
            try epoll.add(wakeUp.descriptor, token: Self.wakeUpToken, events: .readable)
        } catch {
            preconditionFailure("an event loop needs two descriptors: \(error)")
        }
    }

    /// True on the loop's thread.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    // MARK: From any thread

    /// Starts the thread. Call it once.
    func start(for executor: PostgresExecutor, name: String) {
        self.executor = executor
        do {
            try NamedThread.start(name) { self.run() }
        } catch {
            preconditionFailure("an event loop needs a thread: \(error)")
        }
    }

    func enqueue(_ job: UnownedJob, taskExecutor: UnownedTaskExecutor? = nil) {
        let mustWake = inbox.withLock { inbox in
            inbox.jobs.append(Job(job: job, taskExecutor: taskExecutor))
            defer { inbox.isSleeping = false }
            return inbox.isSleeping
        }
        if mustWake { wakeUp.wakeUp() }
    }

    func stop() {
        inbox.withLock { $0.isStopped = true }
        wakeUp.wakeUp()
    }

    // MARK: On the loop's thread

    /// Watches a descriptor, level-triggered, until `unwatch`.
    ///
    /// - Throws: when the kernel refuses the descriptor or has no room for it.
    func watch(
        _ descriptor: Int32,
        for events: Epoll.Events,
        handler: @escaping (Epoll.Events) -> Void
    ) throws(SystemCallError) -> Registration {
        lastRegistration += 1
        try epoll.add(descriptor, token: lastRegistration, events: events)
        handlers[lastRegistration] = handler
        return lastRegistration
    }

    /// Replaces the events that a descriptor is watched for.
    func rewatch(_ descriptor: Int32, for events: Epoll.Events, registration: Registration) throws(SystemCallError) {
        try epoll.modify(descriptor, token: registration, events: events)
    }

    /// Ends the watching of a descriptor, which may have been closed before.
    func unwatch(_ descriptor: Int32, registration: Registration) {
        handlers[registration] = nil
        epoll.remove(descriptor)
    }

    /// Calls the handler once, after the delay, unless the timer is cancelled before.
    func schedule(after delay: Duration, _ handler: @escaping () -> Void) -> Timer {
        // A century is for ever, and its deadline does not overflow.
        let nanoseconds = min(delay, .seconds(1 << 32)).wholeNanoseconds
        let timer = timers.insert(deadline: SystemClock.monotonicNanoseconds() + nanoseconds)
        timerHandlers[timer] = handler
        return timer
    }

    func cancel(_ timer: Timer) {
        timers.cancel(timer)
        timerHandlers[timer] = nil
    }

    private func run() {
        thread.store(pthread_self(), ordering: .relaxed)
        while true {
            runJobs()
            fireTimers()
            guard let sleep = prepareToSleep() else { return }
            let descriptors = epoll.wait(nanoseconds: sleep.nanoseconds)
            inbox.withLock { $0.isSleeping = false }
            for descriptor in descriptors {
                if descriptor.token == Self.wakeUpToken {
                    wakeUp.clear()
                } else {
                    // No handler: an earlier event of the same turn removed it.
                    handlers[descriptor.token]?(descriptor.events)
                }
            }
        }
    }

    /// Runs the queued jobs, and those that they queue: a task's steps on the loop need no system call in between.
    private func runJobs() {
        // The jobs hold the executor. This reference keeps it alive while the last of them ends.
        guard let executor else { return inbox.withLock { $0.jobs = [] } }
        for _ in 0..<Self.jobRounds {
            inbox.withLock { swap(&$0.jobs, &jobs) }
            if jobs.isEmpty { return }
            runRound(on: executor)
            jobs.removeAll(keepingCapacity: true)
        }
    }

    private func runRound(on executor: PostgresExecutor) {
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
        let now = SystemClock.monotonicNanoseconds()
        while let timer = timers.popDue(now: now) {
            timerHandlers.removeValue(forKey: timer)?()
        }
    }

    /// The longest time for which the loop may sleep, without a limit when `nanoseconds` is nil.
    private struct Sleep {
        let nanoseconds: UInt64?
    }

    /// - Returns: nil when the loop has ended.
    private func prepareToSleep() -> Sleep? {
        let deadline = timers.next()
        return inbox.withLock { inbox in
            guard inbox.jobs.isEmpty else { return Sleep(nanoseconds: 0) }
            guard !inbox.isStopped else { return nil }
            inbox.isSleeping = true
            guard let deadline else { return Sleep(nanoseconds: nil) }
            let now = SystemClock.monotonicNanoseconds()
            return Sleep(nanoseconds: deadline <= now ? 0 : deadline - now)
        }
    }
}
