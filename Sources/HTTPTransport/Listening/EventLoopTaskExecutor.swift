import NIOCore

/// Runs tasks on the thread of an event loop, so that a request is read, handled and answered on one thread. Each
/// change of threads would cost a system call and two context switches.
final class EventLoopTaskExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
