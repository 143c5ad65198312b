package import Telemetry

/// The metrics of streams. A count is one relaxed atomic addition; lanes add up their counts and report once in each
/// turn.
package final class StreamMetrics: Sendable {
    /// The kinds of streams, by the label `kind`.
    package enum Kind: String, Sendable, CaseIterable {
        case order, customer, feed

        package init(_ subject: StreamSubject) {
            switch subject {
            case .order: self = .order
            case .customer: self = .customer
            case .feed, .conflatedFeed: self = .feed
            }
        }
    }

    /// The ways in which a stream begins, by the label `outcome`.
    package enum Outcome: String, Sendable, CaseIterable {
        /// With the current state, since the client named no position.
        case fresh
        /// Exactly after the client's position.
        case resumed
        /// Anew, by a `reset` with this reason.
        case malformed, unknownEpoch, ahead, forked

        package init(_ reason: ControlFrame.ResetReason) {
            switch reason {
            case .malformed: self = .malformed
            case .unknownEpoch: self = .unknownEpoch
            case .ahead: self = .ahead
            case .forked: self = .forked
            }
        }
    }

    /// The reasons why streams end, by the label `reason`.
    package enum EndReason: String, Sendable, CaseIterable {
        /// The client closed the connection, or the connection broke.
        case left
        /// The client took nothing until the stall deadline, so the connection was closed.
        case stalled
        /// The order no longer exists.
        case gone
        /// The stream was sent `bye` with this reason.
        case shutdown, maxAge, tokenExpired, slow, overload

        package init(_ reason: ControlFrame.ByeReason) {
            switch reason {
            case .shutdown: self = .shutdown
            case .maxAge: self = .maxAge
            case .tokenExpired: self = .tokenExpired
            case .slow: self = .slow
            case .overload: self = .overload
            }
        }
    }

    /// The reasons why a request for a stream is answered by `bye` at once, by the label `reason`.
    package enum Refusal: String, Sendable, CaseIterable {
        /// The maximum number of streams are open.
        case full
        /// The caller has as many streams as one may have.
        case caller
        /// The service is ending.
        case draining
        /// The caller exceeds the rate limit.
        case rate
        /// There are no keys to verify tokens with.
        case noKeys
        /// The database cannot be reached.
        case database
    }

    private let open: [Kind: Gauge]
    private let opened: [Kind: Counter]
    private let begun: [Outcome: Counter]
    private let ended: [EndReason: Counter]
    private let refused: [Refusal: Counter]
    private let frames: Counter
    private let bytes: Counter
    private let recentReads: Counter
    private let logReads: Counter
    private let lag: Histogram

    /// Upper bounds of the lag's buckets, in seconds.
    private static let lagBuckets: [Double] = [
        0.0005, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// Registers all metrics but those of `StreamHub.register(in:)`.
    package init(_ registry: MetricsRegistry) throws(MetricsError) {
        open = try Self.each("kind") { labels throws(MetricsError) in
            try registry.gauge("waybill_streams_open", help: "Streams open now.", labels: labels)
        }
        opened = try Self.each("kind") { labels throws(MetricsError) in
            try registry.counter("waybill_streams_opened_total", help: "Streams that were opened.", labels: labels)
        }
        begun = try Self.each("outcome") { labels throws(MetricsError) in
            try registry.counter(
                "waybill_stream_beginnings_total",
                help: "Beginnings of streams: fresh, resumed after a position, or anew for the reason given by reset.",
                labels: labels
            )
        }
        ended = try Self.each("reason") { labels throws(MetricsError) in
            try registry.counter("waybill_streams_ended_total", help: "Streams that ended.", labels: labels)
        }
        refused = try Self.each("reason") { labels throws(MetricsError) in
            try registry.counter(
                "waybill_streams_refused_total",
                help: "Requests for streams that were answered by bye at once.",
                labels: labels
            )
        }
        frames = try registry.counter("waybill_stream_frames_total", help: "Events sent on streams.")
        bytes = try registry.counter("waybill_stream_bytes_total", help: "Bytes of streams' bodies that were sent.")
        let reads = (
            name: "waybill_stream_reads_total",
            help: "Reads of events: from recent events in memory (ring), each by one stream, and from the log."
        )
        recentReads = try registry.counter(reads.name, help: reads.help, labels: ["source": "ring"])
        logReads = try registry.counter(reads.name, help: reads.help, labels: ["source": "log"])
        lag = try registry.histogram(
            "waybill_stream_lag_seconds",
            help:
                "Time from an event's recordedAt, set just before the commit, to the write to a stream that is up to date.",
            buckets: Self.lagBuckets
        )
    }

    /// Counts a stream that was opened.
    package func opened(_ kind: Kind) {
        opened[kind]?.increment()
        open[kind]?.add(1)
    }

    /// Counts an open stream that ended.
    package func ended(_ kind: Kind, reason: EndReason) {
        ended[reason]?.increment()
        open[kind]?.add(-1)
    }

    /// Counts the beginning of a stream, also of an open one that begins anew.
    package func began(_ outcome: Outcome) { begun[outcome]?.increment() }
    /// Counts a request that was answered by `bye` at once.
    package func refused(_ refusal: Refusal) { refused[refusal]?.increment() }

    /// Counts what has been given to the system for sending.
    ///
    /// - Parameters:
    ///   - frames: events, each counted once for each stream.
    ///   - bytes: bytes of bodies.
    package func sent(frames: Int, bytes: Int) {
        if frames > 0 { self.frames.increment(by: UInt64(frames)) }
        if bytes > 0 { self.bytes.increment(by: UInt64(bytes)) }
    }

    /// Counts reads of events.
    package func read(fromRecentEvents recentCount: Int = 0, fromLog logCount: Int = 0) {
        if recentCount > 0 { recentReads.increment(by: UInt64(recentCount)) }
        if logCount > 0 { logReads.increment(by: UInt64(logCount)) }
    }

    /// Observes writes to streams that were up to date, once for each stream.
    ///
    /// - Parameters:
    ///   - lag: the lag of the oldest event in the writes, in seconds; 0 is observed where a clock was set back.
    ///   - writes: the number of streams.
    package func observeLag(seconds lag: Double, writes: Int = 1) {
        self.lag.observe(seconds: max(0, lag), times: UInt64(max(0, writes)))
    }

    private static func each<Label: RawRepresentable<String> & CaseIterable & Hashable, Instrument>(
        _ name: String,
        _ make: ([String: String]) throws(MetricsError) -> Instrument
    ) throws(MetricsError) -> [Label: Instrument] {
        var all: [Label: Instrument] = [:]
        for label in Label.allCases { all[label] = try make([name: label.rawValue]) }
        return all
    }
}
