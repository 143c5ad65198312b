/// Runs whole tasks on the thread of a `PostgresExecutor`. For a task that mostly waits for the database, no other
/// thread has to be woken for each answer, and the task never queues behind a busy pool.
///
/// Its tasks hold up the connections' I/O while they compute. It is for few tasks, each with connections of its own.
package final class PostgresTaskExecutor: TaskExecutor {
    /// The executor for the connections that the tasks use.
    package let connections: PostgresExecutor

    /// - Parameter name: the thread's name, at most 15 bytes.
    package init(name: String) {
        connections = PostgresExecutor(name: name)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        connections.loop.enqueue(UnownedJob(job), taskExecutor: asUnownedTaskExecutor())
    }

    package func asUnownedTaskExecutor() -> UnownedTaskExecutor {
        UnownedTaskExecutor(ordinary: self)
    }
}
