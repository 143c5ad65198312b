/// A lane's counts since its last report. They belong to the lane's thread, so that sending needs no shared write.
struct LaneCounters {
    var frames = 0
    var bytes = 0
    /// Takes of recent events, each by one stream.
    var recentReads = 0
    var logReads = 0
    /// Streams whose clients have not taken what is ready for them now. Not reset by a report.
    var blocked = 0

    /// Adds the counts to the metrics. Called once in each turn of the lane.
    mutating func report(to metrics: StreamMetrics?) {
        metrics?.sent(frames: frames, bytes: bytes)
        metrics?.read(fromRecentEvents: recentReads, fromLog: logReads)
        (frames, bytes, recentReads, logReads) = (0, 0, 0, 0)
    }
}
