import Synchronization

/// The places where connections were made or failed, so that the next connection begins at the last good one.
///
/// Kept for the process by the hosts and the kind of server: pools, appender and probes share what they learn.
final class HostMemory: Sendable {
    /// One address of a host.
    struct Place: Sendable, Hashable {
        let host: PostgresHost
        let address: String?
    }

    /// The place of a connection, among the hosts that it was sought at.
    struct Origin: Sendable, Hashable {
        let hosts: [PostgresHost]
        let sessionKind: PostgresSessionKind
        let place: Place

        init(_ configuration: PostgresConfiguration, at place: Place) {
            hosts = configuration.hosts
            sessionKind = configuration.sessionKind
            self.place = place
        }
    }

    private struct Key: Hashable {
        let hosts: [PostgresHost]
        let sessionKind: PostgresSessionKind
    }

    private struct Findings {
        var lastGood: Place?
        /// The places that failed, and the times of that.
        var failed: [Place: ContinuousClock.Instant] = [:]
    }

    static let shared = HostMemory()

    /// The time for which a place that failed comes last.
    private static let failureMaxAge = Duration.seconds(10)
    /// The most lists of hosts, and the most failed places of one, that are remembered. Beyond them all are forgotten.
    private static let capacity = 256

    private let findings = Mutex<[Key: Findings]>([:])

    /// Takes note of a connection that was made.
    func succeeded(_ origin: Origin) {
        change(origin) { findings in
            findings.lastGood = origin.place
            findings.failed[origin.place] = nil
        }
    }

    /// Takes note of a place that is of no use at present.
    func failed(_ origin: Origin, at now: ContinuousClock.Instant = .now) {
        change(origin) { findings in
            if findings.failed.count >= Self.capacity { findings.failed = [:] }
            findings.failed[origin.place] = now
        }
    }

    private func change(_ origin: Origin, _ body: (inout Findings) -> Void) {
        findings.withLock { all in
            if all.count >= Self.capacity { all = [:] }
            body(&all[Key(hosts: origin.hosts, sessionKind: origin.sessionKind), default: Findings()])
        }
    }

    /// The hosts in the order in which a new connection tries them: the last good one first, those that failed lately
    /// last.
    func hosts(of configuration: PostgresConfiguration, at now: ContinuousClock.Instant = .now) -> [PostgresHost] {
        guard configuration.hosts.count > 1 else { return configuration.hosts }
        let findings = findings(of: configuration)
        let hosts = configuration.shufflesHosts ? configuration.hosts.shuffled() : configuration.hosts
        let failed = Set(findings.failed.lazy.filter { now - $0.value < Self.failureMaxAge }.map(\.key.host))
        let lastGood = configuration.shufflesHosts ? nil : findings.lastGood?.host
        return Self.sorted(hosts) { failed.contains($0) ? 2 : $0 == lastGood ? 0 : 1 }
    }

    /// The addresses of a host, in the same way.
    func addresses(
        _ addresses: [String?],
        of host: PostgresHost,
        _ configuration: PostgresConfiguration,
        at now: ContinuousClock.Instant = .now
    ) -> [String?] {
        guard addresses.count > 1 else { return addresses }
        let findings = findings(of: configuration)
        return Self.sorted(addresses) { address in
            let place = Place(host: host, address: address)
            if let failed = findings.failed[place], now - failed < Self.failureMaxAge { return 2 }
            return place == findings.lastGood ? 0 : 1
        }
    }

    private func findings(of configuration: PostgresConfiguration) -> Findings {
        findings.withLock { all in
            all[Key(hosts: configuration.hosts, sessionKind: configuration.sessionKind)] ?? Findings()
        }
    }

    /// The elements by rank, those of one rank in their order.
    private static func sorted<Element>(_ elements: [Element], by rank: (Element) -> Int) -> [Element] {
        elements.enumerated()
            .map { (rank: rank($0.element), $0.offset, $0.element) }
            .sorted { ($0.rank, $0.1) < ($1.rank, $1.1) }
            .map(\.2)
    }
}
