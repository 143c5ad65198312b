package import CoreMetrics
import Synchronization

/// The registry as the factory of swift-metrics, so that libraries which report through that API are in `GET /metrics`
/// too. Their names begin with `library_`, so that they never meet the service's own.
///
/// The service has no control over the names that a library chooses: the number of series and the length of labels are
/// bounded.
/// Series beyond the bound count nothing, and are counted themselves. The service's own instruments do not go this way.
package final class LibraryMetrics: MetricsFactory {
    /// The bounds of what libraries may register.
    package struct Limits: Sendable {
        package var series = 500
        /// The longest name or value of a label, in characters.
        package var labelLength = 100
        /// The most labels of one series.
        package var labels = 8

        package init() {}
    }

    private let registry: MetricsRegistry
    private let limits: Limits
    private let dropped: Counter
    /// The series by name and labels. A library may ask for one again and again.
    private let instruments = Mutex<[String: LibraryInstrument]>([:])

    private static let isInstalled = Atomic(false)

    package init(_ registry: MetricsRegistry, limits: Limits = Limits()) throws(MetricsError) {
        self.registry = registry
        self.limits = limits
        dropped = try registry.counter(
            "waybill_library_series_dropped_total",
            help: "Series of libraries that were not taken, since there are too many or their names conflict."
        )
    }

    /// Makes this the factory of the process. Only the first call counts: libraries keep what they were given.
    package func install() {
        guard !Self.isInstalled.exchange(true, ordering: .relaxed) else { return }
        MetricsSystem.bootstrap(self)
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        instrument(label + "_total", dimensions, .counter) ?? NOOPMetricsHandler.instance
    }

    package func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        instrument(label + "_total", dimensions, .counter) ?? NOOPMetricsHandler.instance
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        instrument(label, dimensions, .gauge) ?? NOOPMetricsHandler.instance
    }

    /// A recorder that does not aggregate is a gauge by the API's own definition.
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        instrument(label, dimensions, aggregate ? .values : .gauge) ?? NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        instrument(label + "_seconds", dimensions, .times) ?? NOOPMetricsHandler.instance
    }

    // Series stay: a counter that is gone and comes back would seem to have begun anew. The bound holds all the same.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private enum Kind {
        case counter, gauge, values, times
    }

    /// - Returns: nil where the series is not taken.
    private func instrument(_ label: String, _ dimensions: [(String, String)], _ kind: Kind) -> LibraryInstrument? {
        let name = "library_\(Self.name(label).prefix(limits.labelLength))"
        var labels: [String: String] = [:]
        for (key, value) in dimensions.prefix(limits.labels) {
            // By scalars: one character may have any number of them.
            let text = String(String.UnicodeScalarView(value.unicodeScalars.prefix(limits.labelLength)))
            labels["l_\(Self.name(key).prefix(limits.labelLength))"] = text
        }
        let key = "\(name){\(Exposition.labels(labels))}"
        let found: LibraryInstrument? = instruments.withLock { instruments in
            if let known = instruments[key] { return known }
            guard instruments.count < limits.series else { return nil }
            guard let made = try? make(name, labels, kind, help: "Reported by a library.") else { return nil }
            instruments[key] = made
            return made
        }
        if found == nil { dropped.increment() }
        return found
    }

    private func make(
        _ name: String,
        _ labels: [String: String],
        _ kind: Kind,
        help: String
    ) throws(MetricsError) -> LibraryInstrument {
        switch kind {
        case .counter:
            let sum = Gauge()
            try registry.counter(name, help: help, labels: labels) { sum.value }
            return LibraryInstrument(number: sum)
        case .gauge:
            return LibraryInstrument(number: try registry.gauge(name, help: help, labels: labels))
        case .values:
            let buckets = (0...6).flatMap { power in [1, 2.5, 5].map { $0 * Self.powers[power] } }
            return LibraryInstrument(
                histogram: try registry.histogram(name, help: help, labels: labels, buckets: buckets)
            )
        case .times:
            return LibraryInstrument(histogram: try registry.histogram(name, help: help, labels: labels))
        }
    }

    private static let powers: [Double] = [1, 10, 100, 1000, 1e4, 1e5, 1e6]

    /// The text with `_` in place of all that a name of Prometheus cannot have.
    private static func name(_ text: String) -> String {
        String(
            decoding: text.utf8.map { byte in
                let isKept = MetricNames.isMetricName("x\(Character(UnicodeScalar(byte)))") && byte != UInt8(ascii: ":")
                return isKept ? byte : UInt8(ascii: "_")
            },
            as: UTF8.self
        )
    }
}
