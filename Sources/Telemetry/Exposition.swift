/// The Prometheus text exposition format, version 0.0.4.
package enum Exposition {
    /// The value of `Content-Type`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func text(_ families: [String: MetricsRegistry.Family]) -> String {
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(escaped(help: family.help))\n# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, instrument) in family.instruments.sorted(by: { $0.key < $1.key }) {
                switch instrument {
                case .counter(let counter): text += sample(name, labels, "\(counter.value)")
                case .gauge(let gauge): text += sample(name, labels, number(gauge.value))
                case .callback(let reading): text += sample(name, labels, number(reading()))
                case .histogram(let histogram): append(histogram, name, labels, to: &text)
                }
            }
        }
        return text
    }

    private static func append(_ histogram: Histogram, _ name: String, _ labels: String, to text: inout String) {
        let snapshot = histogram.snapshot
        let prefix = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for (count, bound) in zip(snapshot.counts, histogram.buckets + [.infinity]) {
            total += count
            text += sample(name + "_bucket", "\(prefix)le=\"\(number(bound))\"", "\(total)")
        }
        text += sample(name + "_sum", labels, number(snapshot.sum))
        text += sample(name + "_count", labels, "\(total)")
    }

    private static func sample(_ name: String, _ labels: String, _ value: String) -> String {
        labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    /// `a="1",b="2"`, sorted by name.
    static func labels(_ labels: [String: String]) -> String {
        labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(escaped(label: $0.value))\"" }.joined(separator: ",")
    }

    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // 2^53: beyond it a double no longer counts one by one.
        if abs(value) < 9_007_199_254_740_992, let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }

    private static func escaped(help: String) -> String {
        help.reduce(into: "") { $0 += $1 == "\\" ? "\\\\" : $1.isNewline ? "\\n" : String($1) }
    }

    private static func escaped(label: String) -> String {
        var text = ""
        for scalar in label.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
