import Synchronization

/// The process's metrics by name and labels.
///
/// Registering the same name and labels again gives the same instrument. Keep instruments that are used often:
/// looking one up takes a lock.
package final class MetricsRegistry: Sendable {
    struct Family {
        enum Kind: String {
            case counter, gauge, histogram
        }

        let kind: Kind
        let help: String
        var buckets: [Double] = []
        /// By their labels as they are printed, without braces.
        var instruments: [String: Instrument] = [:]
    }

    enum Instrument {
        case counter(Counter)
        case gauge(Gauge)
        case callback(@Sendable () -> Double)
        case histogram(Histogram)
    }

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    package func counter(
        _ name: String,
        help: String,
        labels: [String: String] = [:]
    ) throws(MetricsError) -> Counter {
        let made = Counter()
        let found = try register(name, .counter, help, labels, .counter(made))
        if case .counter(let counter) = found { return counter }
        throw .conflict(metric: name)
    }

    /// Takes a counter that is counted already. The same labels cannot be registered twice.
    package func counter(
        _ name: String,
        help: String,
        labels: [String: String] = [:],
        _ counter: Counter
    ) throws(MetricsError) {
        _ = try register(name, .counter, help, labels, .counter(counter), mustBeNew: true)
    }

    /// A counter that is asked when the metrics are read; it must not block. The same labels cannot be registered
    /// twice.
    package func counter(
        _ name: String,
        help: String,
        labels: [String: String] = [:],
        reading: @escaping @Sendable () -> Double
    ) throws(MetricsError) {
        _ = try register(name, .counter, help, labels, .callback(reading), mustBeNew: true)
    }

    package func gauge(_ name: String, help: String, labels: [String: String] = [:]) throws(MetricsError) -> Gauge {
        let made = Gauge()
        let found = try register(name, .gauge, help, labels, .gauge(made))
        if case .gauge(let gauge) = found { return gauge }
        throw .conflict(metric: name)
    }

    /// A gauge that is asked when the metrics are read; it must not block. The same labels cannot be registered twice.
    package func gauge(
        _ name: String,
        help: String,
        labels: [String: String] = [:],
        reading: @escaping @Sendable () -> Double
    ) throws(MetricsError) {
        _ = try register(name, .gauge, help, labels, .callback(reading), mustBeNew: true)
    }

    /// - Parameter buckets: upper bounds, ascending, in seconds where times are observed; the one for everything is
    ///   added.
    package func histogram(
        _ name: String,
        help: String,
        labels: [String: String] = [:],
        buckets: [Double] = Histogram.defaultBuckets
    ) throws(MetricsError) -> Histogram {
        let isAscending = zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }
        guard !buckets.isEmpty, isAscending, buckets.allSatisfy(\.isFinite) else { throw .badBuckets(metric: name) }
        let made = Histogram(buckets: buckets)
        let found = try register(name, .histogram, help, labels, .histogram(made), buckets: buckets)
        if case .histogram(let histogram) = found { return histogram }
        throw .conflict(metric: name)
    }

    /// The metrics now, in the Prometheus text format 0.0.4.
    package func exposition() -> String {
        // Callbacks run outside the lock: one of them may itself register something.
        Exposition.text(families.withLock { $0 })
    }

    private func register(
        _ name: String,
        _ kind: Family.Kind,
        _ help: String,
        _ labels: [String: String],
        _ instrument: Instrument,
        buckets: [Double] = [],
        mustBeNew: Bool = false
    ) throws(MetricsError) -> Instrument {
        guard MetricNames.isMetricName(name) else { throw .badName(name) }
        for label in labels.keys {
            guard MetricNames.isLabelName(label), !(kind == .histogram && label == "le") else {
                throw .badLabel(label, metric: name)
            }
        }
        let key = Exposition.labels(labels)
        let registered: Instrument? = families.withLock { families in
            var family = families[name] ?? Family(kind: kind, help: help, buckets: buckets)
            guard family.kind == kind, family.help == help, family.buckets == buckets else { return nil }
            if let known = family.instruments[key] { return mustBeNew ? nil : known }
            family.instruments[key] = instrument
            families[name] = family
            return instrument
        }
        guard let registered else { throw .conflict(metric: name) }
        return registered
    }
}
