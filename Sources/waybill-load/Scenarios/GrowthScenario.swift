import Access
import ArgumentParser
import EmbeddedPostgres
import Foundation
import Postgres

struct GrowthScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth",
        abstract: "Measure appends, returning clients and reads on logs of several lengths.",
        discussion: """
            Loads real orders, then fills the database with clones of them up to each length, spread over some days as
            a shop grows: orders come all the time, most are delivered within four days and few take much longer, goods
            come back after ten days, customers come back about weekly, and the orders of the last days are open. Read
            models and command ids are included. Then measures the service on it. Also reports the bytes on disk for
            each event. Needs a data directory of its own, so --port is refused.
            """
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var report: ReportOptions

    @Option(parsing: .upToNextOption, help: "Lengths in events, the shortest first.")
    var events = [100_000, 10_000_000]

    @Option(help: "Days over which the log is spread.")
    var days = 30

    @Option(help: "Real orders to clone.")
    var pattern = 2000

    @Option(help: "Connections that send commands.")
    var connections = 64

    @Option(help: "Seconds of sending commands in each run.")
    var seconds = 10.0

    func validate() throws {
        guard service.port == nil else {
            throw ValidationError("growth empties the log, so it starts a service of its own; leave --port out")
        }
        guard events.allSatisfy({ $0 > 0 }), !events.isEmpty, days > 0, pattern > 0, connections > 0, seconds > 0 else {
            throw ValidationError("--events, --days, --pattern, --connections and --seconds must be positive")
        }
    }

    func run() async throws {
        let result = try await WorkDirectory.with(service.workPath, keeping: service.keep) { workDirectory in
            let data = "\(workDirectory)/data"
            var result = try await load(data, workDirectory)
            for length in events {
                let total = try await fill(data, workDirectory).fill(events: length)
                let cost = try await PeerCluster.with(data) { cluster in
                    try await cluster.database.withConnection { try await StorageCost.read($0) }
                }
                let subject = "\(NumberFormat.text(Double(length))) events"
                // Filling has written more than the memory holds, and what it left in the cache is chance.
                let bytes = try await PageCache.fill(from: "\(data)/postgres/base")
                ReportOptions.progress("\(subject): read \(bytes / 1_000_000) MB of the database's files")
                let all = cost.relations.reduce(0) { $0 + $1.bytes }
                for relation in cost.relations where relation.bytes * 100 >= all {
                    let kind = relation.isIndex ? "index" : "table"
                    result.add(
                        "\(kind) \(relation.name)",
                        of: subject,
                        Double(relation.bytes) / Double(total),
                        unit: "B/event"
                    )
                }
                result.add("all on disk", of: subject, Double(all) / Double(total), unit: "B/event")
                try await Service.with(binary: service.waybill, dataDirectory: data, logs: workDirectory) { service in
                    let probe = GrowthProbe(service: service, connections: connections, seconds: seconds)
                    result.add(
                        "command ids of days past known after",
                        of: subject,
                        try await probe.awaitCommandIds(),
                        unit: "s"
                    )
                    for run in 1...report.runs {
                        ReportOptions.progress("\(subject): run \(run) of \(report.runs)")
                        try await probe.run(subject, &result)
                    }
                }
            }
            addRatios(&result)
            let names = result.figures.reduce(into: [String]()) { if !$0.contains($1.name) { $0.append($1.name) } }
            result.selections = [
                .init(
                    title: "The same work",
                    names: names.filter { !$0.hasPrefix("table ") && !$0.hasPrefix("index ") },
                    isUpright: true
                ),
                .init(
                    title: "On disk",
                    names: names.filter { $0.hasPrefix("table ") || $0.hasPrefix("index ") },
                    isUpright: true
                ),
            ]
            return result
        }
        try report.publish(result)
    }

    /// Loads real orders into a service, and saves them as the pattern.
    private func load(_ data: String, _ workDirectory: String) async throws -> Report {
        var result = try await Service.with(binary: service.waybill, dataDirectory: data, logs: workDirectory) {
            service in
            let token = try await service.token(.backend)
            let plan = BulkDriver.Plan(port: service.port, token: token, orders: pattern)
            _ = try await BlockingWork.run { try BulkDriver(plan).run() }
            try await ReadModels.waitUntilCaughtUp(with: service)
            let lengths = events.map { NumberFormat.text(Double($0)) }.joined(separator: " and ")
            return try await Report(
                scenario: "growth",
                summary: "the same work on logs of \(lengths) events",
                machine: .current(of: service)
            )
        }
        try await fill(data, workDirectory).savePattern()
        result.charts = [.init(title: "Single commands a second, by the log's length", name: "appends")]
        return result
    }

    private func fill(_ data: String, _ workDirectory: String) -> GrowthFill {
        GrowthFill(waybill: service.waybill, data: data, workDirectory: workDirectory, days: days, lives: .days)
    }

    /// Adds the ratios of the longest log to the shortest. For rates the ratio is inverted, so that 1 always means no
    /// change and more is worse.
    private func addRatios(_ result: inout Report) {
        guard let first = events.first, let last = events.last, first != last else { return }
        let (short, long) = ("\(NumberFormat.text(Double(first))) events", "\(NumberFormat.text(Double(last))) events")
        for figure in result.figures where figure.subject == long {
            guard let before = result.median(figure.name, of: short), before > 0, figure.median > 0 else { continue }
            let ratio = figure.name == "appends" ? before / figure.median : figure.median / before
            result.add(figure.name, of: "long : short", ratio, unit: "×")
        }
    }
}
