import CLinux

/// Thousands of streams that open at once need much more memory while they do than afterwards, and the allocator would keep
/// it. It is given back when the rush is over; doing that now and then is cheap, doing it all the time is not.
struct MemoryTrimmer {
    /// Streams that make a rush, and in one tick the end of it.
    private static let many = 1000
    private static let few = 50

    private var atRelease = 0
    private var atTick = 0

    /// Asked at every tick.
    ///
    /// - Parameter admitted: streams that were ever admitted.
    mutating func isOver(admitted: Int) -> Bool {
        defer { atTick = admitted }
        guard admitted - atRelease >= Self.many, admitted - atTick <= Self.few else { return false }
        atRelease = admitted
        return true
    }

    static func releaseMemory() { _ = malloc_trim(0) }
}
