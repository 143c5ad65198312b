/// A metric that cannot be registered.
package enum MetricsError: Error, Hashable, CustomStringConvertible {
    /// Not `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    case badName(String)
    /// Not `[a-zA-Z_][a-zA-Z0-9_]*`, or reserved: `__…`, and `le` in a histogram.
    case badLabel(String, metric: String)
    /// Empty, not finite or not ascending.
    case badBuckets(metric: String)
    /// The name is taken by a metric of another kind, help text or buckets, or these labels by a callback.
    case conflict(metric: String)

    package var description: String {
        switch self {
        case .badName(let name): "\(name) is not a metric's name"
        case .badLabel(let label, let metric): "\(label) is not a label's name (in \(metric))"
        case .badBuckets(let metric): "the buckets of \(metric) are not finite and ascending"
        case .conflict(let metric): "\(metric) is already registered as something else"
        }
    }
}
