/// The knowledge whether other processes append to the log. Pure.
///
/// If they do, rows that were read before the head was locked are outdated by the time it is, and the wait for the
/// lock is long enough for more commands to come.
struct SharedLog: Sendable {
    /// The head after this process's last commit.
    private var left: LogHead?
    private var batchesLeft = 0

    /// The number of batches for which another process's commit counts as a sign of more.
    private static let memory = 16

    /// True while other processes append.
    var hasOthers: Bool { batchesLeft > 0 }

    /// Takes note of a batch: the head that its lock found, and the head that its commit left.
    mutating func note(found: LogHead, left head: LogHead) {
        if let left, left != found { batchesLeft = Self.memory } else { batchesLeft = max(0, batchesLeft - 1) }
        left = head
    }
}
