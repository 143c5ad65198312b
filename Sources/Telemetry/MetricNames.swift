/// The rules of Prometheus for names ("Metric names and labels" in its data model).
enum MetricNames {
    static func isMetricName(_ name: String) -> Bool {
        isName(name) { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ":") }
    }

    static func isLabelName(_ name: String) -> Bool {
        isName(name) { $0 == UInt8(ascii: "_") } && !name.hasPrefix("__")
    }

    private static func isName(_ name: String, allowing isExtra: (UInt8) -> Bool) -> Bool {
        guard let first = name.utf8.first, !isDigit(first) else { return false }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) || isExtra($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
