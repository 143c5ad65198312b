import StrictJSON

/// A span of time in which something is expected: `earliest` ≤ `latest`.
package struct TimeWindow: Sendable, Hashable {
    package let earliest: Timestamp
    package let latest: Timestamp

    package init(earliest: Timestamp, latest: Timestamp) {
        self.earliest = earliest
        self.latest = latest
    }
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ time: Timestamp) {
        key(name)
        plainString { time.append(to: &$0, withFraction: time.unixMicroseconds % 1_000_000 != 0) }
    }

    mutating func field(_ name: StaticString, _ window: TimeWindow?) {
        guard let window else { return }
        object(name) { writer in
            writer.field("earliest", window.earliest)
            writer.field("latest", window.latest)
        }
    }
}
