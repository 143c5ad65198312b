import Testing

@testable import Telemetry

@Suite struct MetricsTests {
    @Test func theExpositionListsFamiliesByNameWithHelpAndType() throws {
        let registry = MetricsRegistry()
        try registry.counter("waybill_commands_total", help: "Commands.", labels: ["result": "ok"]).increment(by: 3)
        try registry.counter("waybill_commands_total", help: "Commands.", labels: ["result": "bad"]).increment()
        try registry.gauge("waybill_streams", help: "Open streams.").set(2.5)
        try registry.gauge("waybill_lag_seconds", help: "Lag.") { 7 }
        #expect(
            registry.exposition() == """
                # HELP waybill_commands_total Commands.
                # TYPE waybill_commands_total counter
                waybill_commands_total{result="bad"} 1
                waybill_commands_total{result="ok"} 3
                # HELP waybill_lag_seconds Lag.
                # TYPE waybill_lag_seconds gauge
                waybill_lag_seconds 7
                # HELP waybill_streams Open streams.
                # TYPE waybill_streams gauge
                waybill_streams 2.5

                """
        )
    }

    @Test func aHistogramsBucketsAreCumulativeAndIncludeTheirBound() throws {
        let registry = MetricsRegistry()
        let histogram = try registry.histogram("h_seconds", help: "h", labels: ["a": "b"], buckets: [0.25, 1])
        histogram.observe(seconds: 0.25)
        histogram.observe(.milliseconds(500))
        histogram.observe(seconds: 2)
        #expect(
            registry.exposition() == """
                # HELP h_seconds h
                # TYPE h_seconds histogram
                h_seconds_bucket{a="b",le="0.25"} 1
                h_seconds_bucket{a="b",le="1"} 2
                h_seconds_bucket{a="b",le="+Inf"} 3
                h_seconds_sum{a="b"} 2.75
                h_seconds_count{a="b"} 3

                """
        )
    }

    @Test func helpAndLabelValuesAreEscaped() throws {
        let registry = MetricsRegistry()
        try registry.counter("c", help: "a\\b\nc \"d\"", labels: ["l": "a\\b\nc \"d\""]).increment()
        #expect(
            registry.exposition() == #"# HELP c a\\b\nc "d""# + "\n# TYPE c counter\n" + #"c{l="a\\b\nc \"d\""} 1"#
                + "\n"
        )
    }

    @Test(arguments: ["", "1a", "a-b", "a b", "ä", "a{"])
    func badMetricNamesAreRefused(name: String) {
        #expect(throws: MetricsError.badName(name)) { try MetricsRegistry().counter(name, help: "") }
    }

    @Test(arguments: ["", "1a", "a:b", "__a", "le"])
    func badLabelNamesAreRefused(label: String) {
        #expect(throws: MetricsError.badLabel(label, metric: "h")) {
            try MetricsRegistry().histogram("h", help: "", labels: [label: "x"])
        }
    }

    @Test(arguments: [[], [1, 1], [2, 1], [1, .infinity], [.nan]])
    func badBucketsAreRefused(buckets: [Double]) {
        #expect(throws: MetricsError.badBuckets(metric: "h")) {
            try MetricsRegistry().histogram("h", help: "", buckets: buckets)
        }
    }

    @Test func equalNamesGiveOneInstrumentAndAnotherKindIsRefused() throws {
        let registry = MetricsRegistry()
        let first = try registry.counter("c", help: "h", labels: ["a": "1", "b": "2"])
        #expect(try registry.counter("c", help: "h", labels: ["b": "2", "a": "1"]) === first)
        #expect(throws: MetricsError.conflict(metric: "c")) { try registry.gauge("c", help: "h") }
        #expect(throws: MetricsError.conflict(metric: "c")) { try registry.counter("c", help: "other") }
        _ = try registry.gauge("g", help: "h")
        #expect(throws: MetricsError.conflict(metric: "g")) { try registry.gauge("g", help: "h") { 1 } }
    }

    @Test(arguments: [
        (0.1, "0.1"), (3, "3"), (-2, "-2"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"), (1e300, "1e+300"),
    ])
    func numbersReadAsPrometheusWritesThem(value: Double, text: String) {
        #expect(Exposition.number(value) == text)
    }

    @Test func concurrentChangesAreAllCounted() async throws {
        let registry = MetricsRegistry()
        let counter = try registry.counter("c", help: "")
        let gauge = try registry.gauge("g", help: "")
        let histogram = try registry.histogram("h", help: "", buckets: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        counter.increment()
                        gauge.add(2)
                        gauge.add(-1)
                        histogram.observe(seconds: 0.5)
                    }
                }
            }
        }
        #expect(counter.value == 8000)
        #expect(gauge.value == 8000)
        #expect(histogram.snapshot == Histogram.Snapshot(counts: [8000, 0], sum: 4000))
    }
}
