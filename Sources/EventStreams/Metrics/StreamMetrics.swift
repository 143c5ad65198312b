package import Telemetry

/// What streams count, whoever serves them. Everything but the lag is one relaxed atomic addition; who serves many streams
/// adds up for a turn and reports once.
package final class StreamMetrics: Sendable {
    /// What a stream is about, as `kind` says it.
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

    /// How a stream began, as `outcome` says it.
    package enum Outcome: String, Sendable, CaseIterable {
        /// With what is now; no position was asked for.
        case fresh
        /// Exactly after the position that was asked for.
        case resumed
        /// Anew, by `reset`.
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

    /// Why a stream ended, as `reason` says it.
    package enum End: String, Sendable, CaseIterable {
        /// The client closed the connection, or it broke.
        case left
        /// The client took nothing for so long that the connection was closed.
        case stalled
        /// The order is there no more.
        case gone
        /// By `bye`.
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

    /// Why a stream was answered `bye` instead of being opened, as `reason` says it.
    package enum Refusal: String, Sendable, CaseIterable {
        /// As many streams are open as may be.
        case full
        /// The service is ending.
        case draining
        /// The caller asks too often.
        case rate
        /// The database cannot be reached.
        case database
    }

    private let open: [Kind: Gauge]
    private let opened: [Kind: Counter]
    private let begun: [Outcome: Counter]
    private let ended: [End: Counter]
    private let refused: [Refusal: Counter]
    private let frames: Counter
    private let bytes: Counter
    private let ringReads: Counter
    private let logReads: Counter
    private let lag: Histogram

    /// Half a millisecond to ten seconds.
    private static let lagBuckets: [Double] = [
        0.0005, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

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
                help: "Beginnings of streams: fresh, resumed after a position, or anew for the reason that reset gave.",
                labels: labels
            )
        }
        ended = try Self.each("reason") { labels throws(MetricsError) in
            try registry.counter("waybill_streams_ended_total", help: "Streams that ended.", labels: labels)
        }
        refused = try Self.each("reason") { labels throws(MetricsError) in
            try registry.counter(
                "waybill_streams_refused_total",
                help: "Requests for streams that were answered bye at once.",
                labels: labels
            )
        }
        frames = try registry.counter("waybill_stream_frames_total", help: "Events sent on streams.")
        bytes = try registry.counter("waybill_stream_bytes_total", help: "Bytes of the streams' bodies that were sent.")
        let reads = (
            name: "waybill_stream_reads_total",
            help: "Takes of events from the ring, each by one stream, and reads of the log."
        )
        ringReads = try registry.counter(reads.name, help: reads.help, labels: ["source": "ring"])
        logReads = try registry.counter(reads.name, help: reads.help, labels: ["source": "log"])
        lag = try registry.histogram(
            "waybill_stream_lag_seconds",
            help: "From an event's recordedAt, set just before its commit, to its being written to a live stream.",
            buckets: Self.lagBuckets
        )
    }

    package func opened(_ kind: Kind) {
        opened[kind]?.increment()
        open[kind]?.add(1)
    }

    package func ended(_ kind: Kind, _ end: End) {
        ended[end]?.increment()
        open[kind]?.add(-1)
    }

    package func began(_ outcome: Outcome) { begun[outcome]?.increment() }
    package func refused(_ refusal: Refusal) { refused[refusal]?.increment() }

    /// What has been handed to the system for sending.
    ///
    /// - Parameters:
    ///   - frames: events among it, each time one was sent to one stream.
    ///   - bytes: all of it.
    package func sent(frames: Int, bytes: Int) {
        if frames > 0 { self.frames.increment(by: UInt64(frames)) }
        if bytes > 0 { self.bytes.increment(by: UInt64(bytes)) }
    }

    /// Events were taken from the ring, or by a read of the log.
    package func took(fromRing: Int = 0, fromLog: Int = 0) {
        if fromRing > 0 { ringReads.increment(by: UInt64(fromRing)) }
        if fromLog > 0 { logReads.increment(by: UInt64(fromLog)) }
    }

    /// A write to streams that had shown everything before: one observation for each of them.
    ///
    /// - Parameters:
    ///   - lag: of the oldest event in the write, in seconds.
    ///   - writes: how many streams it went to.
    package func lagged(seconds lag: Double, writes: Int = 1) {
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
