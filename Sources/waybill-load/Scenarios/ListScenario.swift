import Access
import ArgumentParser
import Foundation
import Postgres

struct ListScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Measure how long pages of the order list take, by filter, over many orders.",
        discussion: """
            Loads the orders by the bulk route first, and waits until the read models have caught up. With --clone, all
            but 2,000 orders are clones, spread over thirty days as a shop grows (see growth): a million orders take
            minutes.
            """
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var report: ReportOptions

    @Option(help: "Orders to load before; 0 uses the orders that are there.")
    var orders = 100_000

    @Flag(help: "Fill the database with clones of 2,000 loaded orders.")
    var clone = false

    @Option(help: "Connections that request pages at once.")
    var connections = 1

    @Option(help: "Seconds to measure for each filter in each run.")
    var seconds = 3.0

    func validate() throws {
        guard orders >= 0, (1...1000).contains(connections), seconds > 0 else {
            throw ValidationError("--orders, --connections and --seconds must be positive")
        }
        guard !clone || (service.port == nil && orders > 0) else {
            throw ValidationError("--clone fills a log, so it starts a service of its own; leave --port out")
        }
    }

    func run() async throws {
        let result = try await (clone ? measureClones() : service.with { service, _ in try await measure(service) })
        try report.publish(result)
    }

    /// Measures a service of its own on clones.
    private func measureClones() async throws -> Report {
        try await WorkDirectory.with(service.workPath, keeping: service.keep) { workDirectory in
            let data = "\(workDirectory)/data"
            let fill = GrowthFill(
                waybill: service.waybill,
                data: data,
                workDirectory: workDirectory,
                days: 30,
                lives: .days
            )
            func withService<R>(_ body: (Service) async throws -> R) async throws -> R {
                try await Service.with(
                    binary: service.waybill,
                    dataDirectory: data,
                    logs: workDirectory,
                    body
                )
            }
            try await withService { service in
                _ = try await load(min(orders, 2000), service)
                try await ReadModels.waitUntilCaughtUp(with: service)
            }
            try await fill.savePattern()
            _ = try await fill.fill(orders: orders)
            return try await withService { try await measure($0, isFilled: true) }
        }
    }

    private func load(_ orders: Int, _ service: Service) async throws -> BulkDriver.Outcome {
        ReportOptions.progress("loading \(orders) orders")
        let plan = BulkDriver.Plan(port: service.port, token: try await service.token(.backend), orders: orders)
        return try await BlockingWork.run { try BulkDriver(plan).run() }
    }

    private func measure(_ service: Service, isFilled: Bool = false) async throws -> Report {
        let token = try await service.token(.staff)
        let loaded = orders > 0 && !isFilled ? try await load(orders, service) : nil
        let began = ContinuousClock.now
        try await ReadModels.waitUntilCaughtUp(with: service)
        let total = try await service.withDatabase { connection in
            try await connection.query("select count(*) from order_states").first?.get(0, as: Int64.self) ?? 0
        }
        var result = try await Report(
            scenario: "list",
            summary: "GET /v1/orders over \(NumberFormat.text(Double(total))) orders, \(connections) at a time",
            machine: .current(of: service)
        )
        if let loaded {
            result.add("time", of: "loading", loaded.elapsed, unit: "s")
            result.add("read models behind it", of: "loading", began.duration(to: .now) / .seconds(1), unit: "s")
        }
        func page(_ target: String) async throws -> ListQueries.Page {
            let body = try await ReadDriver.fetch(target, port: service.port, token: token)
            return try JSONDecoder().decode(ListQueries.Page.self, from: Data(body))
        }
        let queries = try ListQueries.all(
            from: try await page("/v1/orders?limit=100"),
            delivered: try await page("/v1/orders?limit=100&status=delivered")
        )
        for run in 1...report.runs {
            for query in queries {
                ReportOptions.progress("run \(run) of \(report.runs): \(query.name)")
                var plan = ReadDriver.Plan(port: service.port, token: token, targets: query.targets)
                (plan.connections, plan.seconds) = (connections, seconds)
                let settled = plan
                let outcome = try await BlockingWork.run { try ReadDriver(settled).run() }
                result.add("p50", of: "waybill: \(query.name)", outcome.latency.percentile(50), unit: "ms")
                result.add("p99", of: "waybill: \(query.name)", outcome.latency.percentile(99), unit: "ms")
            }
        }
        let resident = ProcessUsage.resident(service.pid)
        result.add("memory of the service, peak", of: "waybill", Double(resident.peak) / 1e6, unit: "MB")
        result.charts = [.init(title: "Pages of the order list, p99", name: "p99")]
        result.selections = [
            .init(title: "Pages", names: ["p50", "p99"]),
            .init(title: "Loading", names: ["time", "read models behind it", "memory of the service, peak"]),
        ]
        return result
    }
}
