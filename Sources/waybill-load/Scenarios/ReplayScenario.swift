import Access
import ArgumentParser
import EmbeddedPostgres
import Foundation

struct ReplayScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Measure how fast a projection is rebuilt from the log, and how that slows appends.",
        discussion: """
            Runs "waybill replay" on a log filled with clones of real orders: alone, then beside single commands. The
            limit in the same run is COPY of the same events out of the table, discarded.
            """
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var report: ReportOptions

    @Option(help: "The projection to rebuild.")
    var projection = "current"

    @Option(help: "Length of the log in events.")
    var events = 1_000_000

    @Flag(help: "Spread the events of an order over days, as in a shop, instead of seconds.")
    var shopLives = false

    @Option(help: "Real orders to clone.")
    var pattern = 2000

    @Option(help: "Connections that send commands.")
    var connections = 64

    @Option(help: "Seconds of sending commands without a replay in each run.")
    var seconds = 10.0

    func validate() throws {
        guard service.port == nil else {
            throw ValidationError("replay fills a log, so it starts a service of its own; leave --port out")
        }
        guard events > 0, pattern > 0, connections > 0, seconds > 0 else {
            throw ValidationError("--events, --pattern, --connections and --seconds must be positive")
        }
    }

    func run() async throws {
        let result = try await WorkDirectory.with(service.workPath, keeping: service.keep) { workDirectory in
            let bench = ReplayBench(
                waybill: service.waybill,
                projection: projection,
                data: "\(workDirectory)/data",
                workDirectory: workDirectory,
                lives: shopLives ? .days : .asLoaded
            )
            try await bench.prepare(orders: pattern, events: events)
            return try await Service.with(
                binary: service.waybill,
                dataDirectory: bench.data,
                logs: workDirectory
            ) { service in
                var result = try await Report(
                    scenario: "replay",
                    summary: "\(projection) rebuilt from \(NumberFormat.text(Double(events))) events",
                    machine: .current(of: service)
                )
                for run in 1...report.runs {
                    ReportOptions.progress("run \(run) of \(report.runs)")
                    try await bench.measureAlone(service, &result)
                    try await bench.measureUnderLoad(service, connections: connections, seconds: seconds, &result)
                }
                result.charts = [.init(title: "Events a second, \(projection) rebuilt and raw COPY", name: "events")]
                result.selections = [
                    .init(title: "Alone", names: ["events", "time", "ratio", "head held"]),
                    .init(title: "Under load", names: ["rate", "rate lost", "latency p50", "latency p99", "refused"]),
                ]
                return result
            }
        }
        try report.publish(result)
    }
}
