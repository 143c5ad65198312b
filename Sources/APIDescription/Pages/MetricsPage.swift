import EventStreams
import HTTPTransport
import Logging
import OrderAPI
import OrderLog
import Telemetry

/// `docs/metrics.md`: every metric of `GET /metrics`, read from a registry before anything has happened.
enum MetricsPage {
    static var text: String {
        get throws {
            let registry = MetricsRegistry()
            try BuildInfo.register(in: registry)
            try LogOutput.standardError.register(in: registry)
            try ConnectionMetrics().register(in: registry, budget: .current)
            let hub = StreamHub(
                positionEncoder: PositionEncoder { _ in "" },
                metrics: try StreamMetrics(registry),
                logger: Logger(label: "page"),
                source: { _ in UnusedSource() }
            )
            try hub.register(in: registry)
            try CommandIdFilterCache().register(in: registry)
            try LogClockAlarms(logger: Logger(label: "page")).register(in: registry)
            _ = try LogMetrics(registry)
            _ = try DurabilityMetrics(registry) { .init() }
            try idleGauges.register(in: registry)
            _ = try AccessMetrics(registry)
            try CertificateReloads().register(in: registry) { 0 }
            return """
                # Metrics

                `GET /metrics` answers in Prometheus' text format 0.0.4. It takes a token with the role `operator`.

                ```
                curl -H "Authorization: Bearer $(waybill token --role operator --shop '*')" $URL/metrics
                ```

                \(MarkdownTable.text(["metric", "kind", "labels", "meaning"], rows(registry.exposition())))
                The lag is observed on streams that had shown everything before: once for each write, for the oldest event in
                it. The difference of `waybill_streams_opened_total` and `waybill_streams_ended_total` is the number of open
                streams.

                """
        }
    }

    /// The gauges of a service that has nothing to do.
    private static var idleGauges: LogGauges {
        let idle: @Sendable () -> LogGauges.PoolUse = { LogGauges.PoolUse(connections: 0, lent: 0, waiting: 0) }
        return LogGauges(
            backlog: { (0, 0) },
            pools: ["log", "models"].map { (name: $0, use: idle) },
            unreadiness: { nil },
            formerServers: Counter()
        )
    }

    /// The source of streams that are never opened.
    private struct UnusedSource: StreamReading {
        struct Unused: Error {}

        func read(after seq: Int64, through: Int64) async throws -> StreamSource.EventPage { throw Unused() }
        func restartPreamble(for reason: ControlFrame.ResetReason) async throws -> Preamble {
            throw Unused()
        }
    }

    private struct Family {
        let name: String
        let help: String
        var kind = ""
        var labels: [(name: String, values: [String])] = []
    }

    private static func rows(_ exposition: String) -> [[String]] {
        var families: [Family] = []
        for line in exposition.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP") {
                families.append(Family(name: words[2], help: words[3]))
            } else if line.hasPrefix("# TYPE") {
                families[families.count - 1].kind = words[3]
            } else if let label = line.firstMatch(of: /{([a-z]+)="([^"]*)"}/), label.1 != "le" {
                let (name, value) = (String(label.1), String(label.2))
                var family = families[families.count - 1]
                if family.labels.last?.name == name {
                    family.labels[family.labels.count - 1].values.append(value)
                } else {
                    family.labels.append((name, [value]))
                }
                families[families.count - 1] = family
            }
        }
        return families.map { family in
            let labels = family.labels.map { label in
                "`\(label.name)`: \(label.values.map { "`\($0)`" }.joined(separator: ", "))"
            }
            return ["`\(family.name)`", family.kind, labels.joined(separator: "; "), family.help]
        }
    }
}
