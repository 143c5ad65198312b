package import Orders

/// A moment in an order's past.
package enum PastMoment: Sendable, Hashable {
    /// The moment after the order's event of this version.
    case version(Int)
    /// The moment at which this event of the log was the last.
    case seq(Int64)
    /// A time, by which events were recorded.
    case time(Timestamp)

    /// The last event of the log that can be within the moment; nil where the log's end can be.
    var through: Int64? {
        if case .seq(let seq) = self { seq } else { nil }
    }

    func includes(_ event: LoggedEvent) -> Bool {
        switch self {
        case .version(let version): event.version <= version
        case .seq(let seq): event.seq <= seq
        case .time(let time): event.recordedAt <= time
        }
    }
}
