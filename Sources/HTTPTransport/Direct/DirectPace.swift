/// The pace of a thread of direct exchanges: a thread gives way after each millisecond of work while event loops answer
/// requests, which otherwise wait for as long as thousands of streams open. The work counts in the thread's own
/// processor time, so that a thread that had to wait for a processor does not give way for that.
struct DirectPace {
    /// The work between two pauses, in nanoseconds of the thread's processor time.
    private static let workTime: UInt64 = 1_000_000
    /// The length of a pause, in nanoseconds.
    static let pauseTime: UInt64 = 1_000_000

    /// The processor time at the end of the last pause.
    private var resumedAt: UInt64 = 0

    /// Tells whether a pause is due, and begins it.
    ///
    /// - Parameter processorTime: that of the thread, in nanoseconds.
    mutating func beginsPause(at processorTime: UInt64) -> Bool {
        guard processorTime &- resumedAt >= Self.workTime else { return false }
        resumedAt = processorTime
        return true
    }
}
