import Telemetry
import Testing

@testable import EventStreams

@Suite struct StreamMetricsTests {
    private func value(_ line: String, _ registry: MetricsRegistry) -> String? {
        registry.exposition().split(separator: "\n").first { $0.hasPrefix(line + " ") }
            .map { String($0.dropFirst(line.count + 1)) }
    }

    @Test func everyCounterExistsBeforeItsFirstCount() throws {
        let registry = MetricsRegistry()
        _ = try StreamMetrics(registry)
        for end in StreamMetrics.EndReason.allCases {
            #expect(value("waybill_streams_ended_total{reason=\"\(end.rawValue)\"}", registry) == "0")
        }
        for reason in ControlFrame.ByeReason.allCases {
            #expect(StreamMetrics.EndReason(reason).rawValue == reason.rawValue)
        }
        for reason in ControlFrame.ResetReason.allCases {
            #expect(StreamMetrics.Outcome(reason).rawValue == reason.rawValue)
        }
    }

    @Test func openStreamsAreThoseOpenedThatHaveNotEnded() throws {
        let registry = MetricsRegistry()
        let metrics = try StreamMetrics(registry)
        for _ in 0..<3 { metrics.opened(.customer) }
        metrics.opened(.feed)
        metrics.ended(.customer, reason: .left)
        #expect(value(#"waybill_streams_open{kind="customer"}"#, registry) == "2")
        #expect(value(#"waybill_streams_open{kind="feed"}"#, registry) == "1")
        #expect(value(#"waybill_streams_opened_total{kind="customer"}"#, registry) == "3")
        #expect(value(#"waybill_streams_ended_total{reason="left"}"#, registry) == "1")
    }

    @Test func aReportCountsForManyStreams() throws {
        let registry = MetricsRegistry()
        let metrics = try StreamMetrics(registry)
        metrics.sent(frames: 5000, bytes: 3_000_000)
        metrics.read(fromRecentEvents: 4, fromLog: 2)
        metrics.observeLag(seconds: 0.0008, writes: 5000)
        // The lag after a clock was set back.
        metrics.observeLag(seconds: -1, writes: 1)
        #expect(value("waybill_stream_frames_total", registry) == "5000")
        #expect(value("waybill_stream_bytes_total", registry) == "3000000")
        #expect(value(#"waybill_stream_reads_total{source="ring"}"#, registry) == "4")
        #expect(value(#"waybill_stream_reads_total{source="log"}"#, registry) == "2")
        #expect(value(#"waybill_stream_lag_seconds_bucket{le="0.0005"}"#, registry) == "1")
        #expect(value(#"waybill_stream_lag_seconds_bucket{le="0.001"}"#, registry) == "5001")
        #expect(value("waybill_stream_lag_seconds_count", registry) == "5001")
    }

    @Test(arguments: [0.0, 0.5, 0.99])
    func aStreamExpiresByItsTokenOrItsAge(jitter: Double) {
        let now = ContinuousClock.now
        let day = Duration.seconds(24 * 3600)
        func expiry(_ tokenEnds: ContinuousClock.Instant?) -> StreamExpiry {
            StreamExpiry(tokenEnds: tokenEnds, now: now, maximumAge: day, jitter: jitter)
        }
        #expect(expiry(now + .seconds(600)).reason == .tokenExpired)
        #expect(expiry(now + .seconds(600)).at == now + .seconds(600))
        for aged in [expiry(nil), expiry(now + .seconds(48 * 3600))] {
            #expect(aged.reason == .maxAge)
            #expect(aged.at <= now + day && aged.at >= now + day * 0.9)
        }
    }
}
