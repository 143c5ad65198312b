/// How far a replay has come.
package struct ReplayProgress: Sendable, Hashable {
    package enum Phase: String, Sendable {
        /// Folding the log in bulk, into a version beside the one that is served.
        case building
        /// Following the log in small steps, so as to be near its head.
        case catchingUp
        /// It is served.
        case done
    }

    package let name: String
    package let version: Int
    package var phase: Phase
    /// Where it began: 0, or where an interrupted one had come to.
    package let startedFrom: Int64
    /// The last event that is folded.
    package var seq: Int64
    /// The log's last event, as last seen.
    package var head: Int64
    package var eventsPerSecond: Double
    /// How long the head of the log was held for taking over, in milliseconds; once it is done.
    package var heldMilliseconds: Double?

    /// 0 … 1.
    package var share: Double { head == 0 ? 1 : min(1, Double(seq) / Double(head)) }

    /// In seconds; nil while nothing can be said.
    package var secondsLeft: Double? {
        eventsPerSecond > 0 ? Double(max(0, head - seq)) / eventsPerSecond : nil
    }
}

/// Events per second over the last seconds.
struct ReplayRate {
    private var marks: [(at: Double, seq: Int64)] = []
    private let window = 5.0

    /// - Parameter at: seconds of a monotonic clock.
    mutating func note(_ seq: Int64, at: Double) -> Double {
        marks.append((at, seq))
        // One mark older than the window stays, so that it is never empty.
        while marks.count > 2, marks[1].at <= at - window { marks.removeFirst() }
        guard let first = marks.first, at > first.at else { return 0 }
        return Double(seq - first.seq) / (at - first.at)
    }
}
