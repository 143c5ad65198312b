import EventStreams
import HTTPTransport
import LogRelay
import Logging
import OTLPExport
import OrderAPI
import OrderLog
import Projections
import Telemetry

/// `docs/metrics.md`: every metric of `GET /metrics`, read from a registry before anything has happened.
enum MetricsPage {
    static var text: String {
        get throws {
            let registry = MetricsRegistry()
            try BuildInfo.register(in: registry)
            try ProcessMetrics.register(in: registry)
            _ = try LibraryMetrics(registry)
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
            for listener in ["tail", "projector"] { try ListenerMetrics.register(named: listener, in: registry) }
            _ = try ProjectorMetrics(registry)
            _ = try AccessMetrics(registry)
            _ = try RequestMetrics(registry)
            let collector = ["OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"]
            try OTLPExporter(collector, logger: Logger(label: "page"))?.register(in: registry)
            try CertificateReloads().register(in: registry) { 0 }
            try LeaderElection(logger: Logger(label: "page")).register(in: registry)
            _ = try RelayMetrics(registry)
            try RelayMetrics.register(in: registry) { 0 }
            _ = try EdgeMetrics(registry)
            try EdgeMetrics.register(
                in: registry,
                lag: { (0, .zero) },
                replicaLag: { (0, .zero) },
                pendingBytes: { 0 }
            )
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

                [Edges](cluster.md#edges) alone have the metrics `waybill_edge_…`, and servers with `--redis-url` those of
                `waybill_relay_…`. Processes that send [traces](operations.md#traces) have `waybill_trace_spans_total`.

                Requests by route have a series from their first answer on; the table has the one that exists from the start.
                Libraries that report by swift-metrics have names that begin with `library_`, and labels with `l_`. There are
                at most 500 such series, with texts of 100 characters.

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
            formerServers: Counter(),
            epochs: { 1 }
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

        mutating func add(_ value: String, to name: String) {
            guard let index = labels.firstIndex(where: { $0.name == name }) else {
                labels.append((name, [value]))
                return
            }
            if !labels[index].values.contains(value) { labels[index].values.append(value) }
        }
    }

    private static func rows(_ exposition: String) -> [[String]] {
        var families: [Family] = []
        for line in exposition.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP") {
                families.append(Family(name: words[2], help: words[3]))
            } else if line.hasPrefix("# TYPE") {
                families[families.count - 1].kind = words[3]
            } else {
                for label in line.matches(of: /([a-z]+)="([^"]*)"/) where label.1 != "le" {
                    families[families.count - 1].add(String(label.2), to: String(label.1))
                }
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
