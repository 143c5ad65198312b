/// The times that the parts of an attempt to append a batch took.
struct AppendStages: Sendable {
    /// The time at which the attempt began: until then its commands waited in the queue. Some may come while the
    /// attempt waits for the head.
    var began = ContinuousClock.now
    /// The wait for the log's head, which other processes lock too, by the server's clock.
    var lock: Duration = .zero
    /// The look-up of command ids and orders, with the way to the server.
    var lookUp: Duration = .zero
    /// The decisions of all commands.
    var decision: Duration = .zero
    /// The write and the commit.
    var commit: Duration = .zero

    /// The time that a command was in the queue.
    func queued(_ entry: AppendQueue.Entry) -> Duration { max(.zero, began - entry.queuedAt) }
}
