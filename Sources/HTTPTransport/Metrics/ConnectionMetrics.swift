package import Telemetry

/// The metrics of connections and of the descriptors that they take.
package final class ConnectionMetrics: Sendable {
    /// The protocol that a connection carries, by the label `protocol`.
    enum Carried: String, CaseIterable {
        /// The TLS handshake is under way, or the first bytes have not come.
        case undetected
        case http1, http2

        /// The case of an index, for atomics.
        init(_ index: Int) { self = Self.allCases[index] }

        var index: Int {
            switch self {
            case .undetected: 0
            case .http1: 1
            case .http2: 2
            }
        }
    }

    /// The reasons of the service to close a connection, by the label `reason`.
    enum CloseReason: String, CaseIterable {
        /// It was among the longest idle ones when all places were taken.
        case places
        /// It was among the longest idle ones of an address that had too many.
        case address
        /// It was idle for the longest time that a connection may be.
        case idle
        /// The TLS handshake, or the first bytes, did not come in time.
        case handshakeDeadline
        /// The header of a request was not complete in time.
        case headerDeadline
        /// Headers that are not complete took too many bytes over all connections; this one's was among the oldest.
        case headerBytes
        /// A body did not come on.
        case bodyDeadline
        /// A refused body was longer than what is read and dropped.
        case bodyBytes
        /// The client took nothing of a response.
        case responseDeadline
        /// Bytes that are no HTTP.
        case malformed
    }

    private let open = Dictionary(uniqueKeysWithValues: Carried.allCases.map { ($0, Gauge()) })
    private let closed = Dictionary(uniqueKeysWithValues: CloseReason.allCases.map { ($0, Counter()) })
    private let accepted = Counter()
    private let refused = Counter()
    private let direct = Counter()

    package init() {}

    /// - Parameter budget: the descriptors that connections may take.
    package func register(in registry: MetricsRegistry, budget: DescriptorBudget) throws(MetricsError) {
        for (carried, gauge) in open {
            try registry.gauge(
                "waybill_connections_open",
                help: """
                    Connections open now, by protocol; those whose streams lanes serve by themselves are in \
                    waybill_streams_on_lanes.
                    """,
                labels: ["protocol": carried.rawValue]
            ) { gauge.value }
        }
        for (reason, counter) in closed {
            try registry.counter(
                "waybill_connections_closed_total",
                help: "Connections that the service closed before their clients did, by its reason.",
                labels: ["reason": reason.rawValue],
                counter
            )
        }
        try registry.counter("waybill_connections_accepted_total", help: "Connections that were accepted.", accepted)
        try registry.counter(
            "waybill_connections_direct_total",
            help: "Connections that were accepted and whose first request, for a stream, was answered on the socket.",
            direct
        )
        try registry.counter(
            "waybill_connections_refused_total",
            help: "Connections that were closed at once, in clear text with 503, since no place was left for them.",
            refused
        )
        try registry.gauge(
            "waybill_connection_places",
            help: "The most descriptors that connections may take; the others are left to the database and to files."
        ) { Double(budget.ceiling) }
        try registry.gauge("process_open_fds", help: "Descriptors that the process has open.") {
            DescriptorBudget.openCount.map(Double.init) ?? .nan
        }
        try registry.gauge("process_max_fds", help: "Descriptors that the process may have open.") {
            Double(DescriptorBudget.processLimit)
        }
    }

    func add(_ count: Int, to carried: Carried) {
        open[carried]?.add(Double(count))
        if count > 0, carried == .undetected { accepted.increment() }
    }

    /// Counts a connection whose first request is answered without handlers.
    func countDirect() {
        accepted.increment()
        direct.increment()
    }

    func closed(for reason: CloseReason) { closed[reason]?.increment() }

    /// Counts a connection for which there was no place.
    func countRefusal() { refused.increment() }
}
