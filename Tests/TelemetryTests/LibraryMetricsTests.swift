import CoreMetrics
import Testing

@testable import Telemetry

@Suite struct LibraryMetricsTests {
    private let registry = MetricsRegistry()

    private func sample(_ name: String) -> String? {
        registry.exposition().split(separator: "\n").first { $0.hasPrefix(name + " ") }.map {
            String($0.dropFirst(name.count + 1))
        }
    }

    @Test func eachKindIsExposedUnderANameOfItsOwn() throws {
        let factory = try LibraryMetrics(registry)
        let dimensions = [("http.method", "GET")]
        CoreMetrics.Counter(label: "hb.requests", dimensions: dimensions, factory: factory).increment(by: 2)
        CoreMetrics.Counter(label: "hb.requests", dimensions: dimensions, factory: factory).increment()
        FloatingPointCounter(label: "joules", factory: factory).increment(by: 0.5)
        let meter = Meter(label: "active-requests", factory: factory)
        meter.increment(by: 3)
        meter.decrement(by: 1)
        CoreMetrics.Gauge(label: "temperature", factory: factory).record(36.5)
        Recorder(label: "sizes", factory: factory).record(300)
        Timer(label: "wait", factory: factory).recordNanoseconds(2_000_000)
        #expect(sample(#"library_hb_requests_total{l_http_method="GET"}"#) == "3")
        #expect(sample("library_joules_total") == "0.5")
        #expect(sample("library_active_requests") == "2")
        #expect(sample("library_temperature") == "36.5")
        #expect(sample(#"library_sizes_bucket{le="250"}"#) == "0")
        #expect(sample(#"library_sizes_bucket{le="500"}"#) == "1")
        #expect(sample(#"library_wait_seconds_bucket{le="0.0025"}"#) == "1")
        #expect(registry.exposition().contains("# TYPE library_hb_requests_total counter\n"))
        #expect(sample("waybill_library_series_dropped_total") == "0")
    }

    @Test func seriesBeyondTheBoundAreDroppedAndCounted() throws {
        var limits = LibraryMetrics.Limits()
        limits.series = 3
        let factory = try LibraryMetrics(registry, limits: limits)
        for number in 0..<10 {
            CoreMetrics.Counter(label: "paths", dimensions: [("path", "/\(number)")], factory: factory).increment()
        }
        #expect(registry.exposition().split(separator: "\n").count { $0.hasPrefix("library_paths_total{") } == 3)
        #expect(sample("waybill_library_series_dropped_total") == "7")
        CoreMetrics.Counter(label: "paths", dimensions: [("path", "/0")], factory: factory).increment()
        #expect(sample(#"library_paths_total{l_path="/0"}"#) == "2")
    }

    @Test func longTextsAreCut() throws {
        let factory = try LibraryMetrics(registry)
        let long = String(repeating: "é", count: 5000)
        Meter(label: long, dimensions: [(long, long)] + (0..<100).map { ("n\($0)", "v") }, factory: factory).set(1)
        let lines = registry.exposition().split(separator: "\n").filter { $0.contains("library____") }
        #expect(lines.count == 3 && lines.allSatisfy { $0.utf8.count < 3000 })
    }

    @Test func aNameOfAnotherKindIsDropped() throws {
        let factory = try LibraryMetrics(registry)
        Meter(label: "x", factory: factory).set(1)
        Recorder(label: "x", dimensions: [("a", "b")], factory: factory).record(1)
        #expect(sample("library_x") == "1")
        #expect(sample("waybill_library_series_dropped_total") == "1")
    }
}
