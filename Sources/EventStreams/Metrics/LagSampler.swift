import Orders
import Primitives

/// Observes the lag of writes to many streams. Reads the clock once for several writes.
struct LagSampler {
    /// Writes for which the clock is read once.
    private static let writesPerSample = 16

    private let metrics: StreamMetrics?
    private var oldest = Timestamp(unixMicroseconds: 0)
    private var writes = 0

    init(_ metrics: StreamMetrics?) { self.metrics = metrics }

    /// - Parameter oldest: the time at which the oldest event in the write was recorded.
    mutating func countWrite(since oldest: Timestamp) {
        if oldest != self.oldest {
            observe()
            self.oldest = oldest
        }
        writes += 1
        if writes == Self.writesPerSample { observe() }
    }

    /// Observes the lag of the writes since the last observation.
    mutating func observe() {
        guard writes > 0, let metrics else { return }
        let now = Int64(SystemClock.unixNanoseconds() / 1000)
        metrics.observeLag(seconds: Double(now - oldest.unixMicroseconds) / 1_000_000, writes: writes)
        writes = 0
    }
}
