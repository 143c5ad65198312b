import DequeModule
import Foundation
import Glibc
import Primitives
import Synchronization

/// The threads on which requests are answered without handlers, for all listening sockets of the process: a storm of
/// them leaves the event loops to everybody else. They run the tasks of these exchanges too, each the next one of all.
final class DirectThreads: TaskExecutor {
    /// The most tasks that a thread runs before it looks at its sockets again.
    static let jobsPerTurn = 16
    private static let maximumCount = 4

    /// The work of one turn of a thread.
    struct Mail {
        var jobs: [UnownedJob] = []
        var endings: [(ending: Ending, listener: DirectListener)] = []
        var listeners: [(listener: DirectListener, accepts: Bool)] = []
        /// The memory that the thread has freed goes back to the system.
        var releasesMemory = false
    }

    /// The last bytes of an exchange.
    struct Ending {
        let descriptor: CInt
        let bytes: [UInt8]
    }

    private struct State {
        var jobs: Deque<UnownedJob> = []
        var endings: [(ending: Ending, listener: DirectListener)] = []
        /// The changes that each thread has not seen.
        var listeners: [[(listener: DirectListener, accepts: Bool)]]
        /// The threads that are to return the memory that they have freed.
        var releasing: Set<Int> = []
        /// The threads that wait, or are about to.
        var waiting: [Int] = []

        /// The threads that must be woken for what is to do now.
        mutating func takeWoken(of count: Int) -> Int? {
            let awake = count - waiting.count
            // A thread that is awake takes its share without being woken.
            guard awake == 0 || jobs.count > awake * DirectThreads.jobsPerTurn else { return nil }
            return waiting.popLast()
        }
    }

    private let wakeUps: [WakeUpDescriptor]
    private let state: Mutex<State>

    private init(count: Int) throws(SystemCallError) {
        var wakeUps: [WakeUpDescriptor] = []
        for _ in 0..<count { wakeUps.append(try WakeUpDescriptor()) }
        self.wakeUps = wakeUps
        state = Mutex(State(listeners: Array(repeating: [], count: count)))
    }

    /// The process's threads, one for each processor; nil where the system had no descriptor or thread left for them.
    static let shared: DirectThreads? = {
        do {
            let count = min(maximumCount, max(1, ProcessInfo.processInfo.activeProcessorCount))
            let threads = try DirectThreads(count: count)
            for index in 0..<count {
                let epoll = try DirectLoop.makeEpoll(wokenBy: threads.wakeUps[index])
                try NamedThread.start("direct-\(index)") {
                    DirectLoop(of: threads, index, epoll: epoll).run()
                }
            }
            return threads
        } catch {
            return nil
        }
    }()

    /// Lets all threads accept connections of a listening socket, or stop that.
    func change(_ listener: DirectListener, accepts: Bool) {
        state.withLock { state in
            for index in state.listeners.indices { state.listeners[index].append((listener, accepts)) }
            state.waiting = []
        }
        for wakeUp in wakeUps { wakeUp.wakeUp() }
    }

    /// Returns the memory that the threads have freed to the system. The allocator has a heap for each thread.
    func releaseMemory() {
        state.withLock { state in
            state.releasing = Set(wakeUps.indices)
            state.waiting = []
        }
        for wakeUp in wakeUps { wakeUp.wakeUp() }
    }

    /// Sends the last bytes of an exchange and closes its connection.
    func finish(_ ending: Ending, of listener: DirectListener) { post { $0.endings.append((ending, listener)) } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        post { $0.jobs.append(job) }
    }

    private func post(_ change: (inout State) -> Void) {
        let woken = state.withLock { state in
            change(&state)
            return state.takeWoken(of: wakeUps.count)
        }
        if let woken { wakeUps[woken].wakeUp() }
    }

    // MARK: On a thread

    /// True where the thread may wait: a later call of another thread wakes it if it is needed.
    func beginWait(_ index: Int) -> Bool {
        state.withLock { state in
            guard state.jobs.isEmpty, state.endings.isEmpty, state.listeners[index].isEmpty,
                !state.releasing.contains(index)
            else { return false }
            state.waiting.append(index)
            return true
        }
    }

    /// Takes a thread's share of what is to do. The thread no longer waits.
    func takeMail(_ index: Int) -> Mail {
        state.withLock { state in
            state.waiting.removeAll { $0 == index }
            var mail = Mail()
            swap(&mail.endings, &state.endings)
            swap(&mail.listeners, &state.listeners[index])
            mail.releasesMemory = state.releasing.remove(index) != nil
            mail.jobs = Array(state.jobs.prefix(Self.jobsPerTurn))
            state.jobs.removeFirst(mail.jobs.count)
            return mail
        }
    }

    func clearWakeUp(_ index: Int) { wakeUps[index].clear() }
}

/// The memory of the threads that open streams.
package enum DirectMemory {
    /// Returns what these threads have freed to the system.
    package static func release() { DirectThreads.shared?.releaseMemory() }
}
