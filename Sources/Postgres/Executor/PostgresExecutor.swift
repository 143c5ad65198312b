/// The thread of connections: a serial executor over an epoll loop. One is enough for dozens of connections, since
/// libpq only copies bytes; make another for a connection that must not wait for others.
///
/// The thread ends when the last reference to the executor is gone.
package final class PostgresExecutor: SerialExecutor {
    /// The executor that connections use by default.
    package static let shared = PostgresExecutor(name: "postgres-io")

    let loop: EventLoop

    /// - Parameter name: the thread's name, at most 15 bytes.
    package init(name: String) {
        loop = EventLoop()
        loop.start(for: self, name: name)
    }

    deinit {
        loop.stop()
    }

    /// Lets the thread send the requests that were made, and read the replies that have come. For a task of a
    /// `PostgresTaskExecutor` that computes for long; elsewhere it returns at once.
    package func giveWay() async {
        guard loop.isCurrent else { return }
        await withCheckedContinuation { continuation in
            // After the timers, the loop looks at its descriptors before it runs the next jobs.
            _ = loop.schedule(after: .zero) { continuation.resume() }
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        loop.enqueue(UnownedJob(job))
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        precondition(loop.isCurrent, "called outside the thread of its PostgresExecutor")
    }

    package func isIsolatingCurrentContext() -> Bool? {
        loop.isCurrent
    }
}
