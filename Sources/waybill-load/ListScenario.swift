import Access
import ArgumentParser
import Foundation
import Postgres

struct ListScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "How long pages of the order list take, by filter, over many orders.",
        discussion: "Loads the orders by the bulk route first, and waits until the read models have followed."
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var report: ReportOptions

    @Option(help: "Orders to load before; 0 takes those that are there.")
    var orders = 100_000

    @Option(help: "Connections that ask at once.")
    var connections = 1

    @Option(help: "Seconds for each filter and run.")
    var seconds = 3.0

    func validate() throws {
        guard orders >= 0, (1...1000).contains(connections), seconds > 0 else {
            throw ValidationError("--orders, --connections and --seconds must be positive")
        }
    }

    func run() async throws {
        let result = try await service.with { service, _ in try await measure(service) }
        try report.publish(result)
    }

    private func measure(_ service: Service) async throws -> Report {
        let token = try await service.token(.staff)
        var loaded: BulkDriver.Outcome?
        if orders > 0 {
            ReportOptions.progress("loading \(orders) orders")
            let plan = BulkDriver.Plan(port: service.port, token: try await service.token(.backend), orders: orders)
            loaded = try await Threads.one { try BulkDriver(plan).run() }
        }
        let began = ContinuousClock.now
        try await ReadModels.catchUp(service)
        let total = try await service.withDatabase { connection in
            try await connection.query("select count(*) from orders").first?.get(0, as: Int64.self) ?? 0
        }
        var result = try await Report(
            scenario: "list",
            summary: "GET /v1/orders over \(NumberFormat.text(Double(total))) orders, \(connections) at a time",
            machine: .current(of: service)
        )
        if let loaded {
            result.add("loading", "time", loaded.elapsed, "s")
            result.add("loading", "read models behind it", began.duration(to: .now) / .seconds(1), "s")
        }
        let first = try await ReadDriver.fetch("/v1/orders?limit=100", port: service.port, token: token)
        let page = try JSONDecoder().decode(ListQueries.Page.self, from: Data(first))
        let queries = ListQueries.all(from: page)
        for run in 1...report.runs {
            for query in queries {
                ReportOptions.progress("run \(run) of \(report.runs): \(query.name)")
                var plan = ReadDriver.Plan(port: service.port, token: token, targets: query.targets)
                (plan.connections, plan.seconds) = (connections, seconds)
                let settled = plan
                let outcome = try await Threads.one { try ReadDriver(settled).run() }
                result.add("waybill: \(query.name)", "p50", outcome.latency.percentile(50), "ms")
                result.add("waybill: \(query.name)", "p99", outcome.latency.percentile(99), "ms")
            }
        }
        let resident = ProcessUsage.resident(service.pid)
        result.add("waybill", "memory of the service, peak", Double(resident.peak) / 1e6, "MB")
        result.charts = [.init(title: "Pages of the order list, p99", name: "p99")]
        result.selections = [
            .init(title: "Pages", names: ["p50", "p99"]),
            .init(title: "Loading", names: ["time", "read models behind it", "memory of the service, peak"]),
        ]
        return result
    }
}
