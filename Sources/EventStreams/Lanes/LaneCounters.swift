/// What a lane has done since it last reported: its thread's own numbers, so that sending costs no shared write.
struct LaneCounters {
    var frames = 0
    var bytes = 0
    var ringTakes = 0
    var logReads = 0
    /// Streams that wait for their clients now.
    var blocked = 0

    /// Adds to what everybody reads, once for each turn of the lane.
    mutating func report(to metrics: StreamMetrics?) {
        metrics?.sent(frames: frames, bytes: bytes)
        metrics?.took(fromRing: ringTakes, fromLog: logReads)
        (frames, bytes, ringTakes, logReads) = (0, 0, 0, 0)
    }
}
