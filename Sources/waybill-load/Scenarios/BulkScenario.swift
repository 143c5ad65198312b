import Access
import ArgumentParser
import Foundation

struct BulkScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulk",
        abstract: "Measure many commands in one NDJSON request, as fast as the service accepts them.",
        discussion: """
            Orders in the demonstration's mix, many under way at once, so that placements and later commands are mixed.
            With --beside, each run is followed by one during which single commands are sent by the clock, and their
            latency is reported.
            """
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var report: ReportOptions

    @Option(help: "Orders to load in each run. An order has nine commands on average.")
    var orders = 20_000

    @Option(help: "Seconds after which no new orders are begun.")
    var limit = 3600.0

    @Option(help: "Single commands per second beside the bulk request.")
    var beside: Double?

    func validate() throws {
        guard orders > 0, limit > 0, beside.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--orders, --limit and --beside must be positive")
        }
    }

    func run() async throws {
        let result = try await service.with { service, _ in
            var result = try await Report(
                scenario: "bulk",
                summary: "\(orders) orders in one NDJSON request, the demonstration's mix",
                machine: .current(of: service)
            )
            for run in 1...report.runs {
                ReportOptions.progress("run \(run) of \(report.runs)")
                try await measure(service, &result)
                if let beside { try await measure(service, &result, beside: beside) }
            }
            result.charts = [.init(title: "Events a second by one bulk request", name: "events")]
            result.selections = [
                .init(title: "Rate", names: ["events", "commands", "time", "rejected"]),
                .init(title: "Single commands beside it", names: ["latency p50", "latency p99", "latency max"]),
                .init(
                    title: "Cost",
                    names: [
                        "CPU of the service", "CPU of PostgreSQL", "CPU of the client", "memory of the service, peak",
                        "memory, second half less first",
                    ]
                ),
            ]
            return result
        }
        try report.publish(result)
    }

    private func measure(_ service: Service, _ result: inout Report, beside: Double? = nil) async throws {
        let name = beside == nil ? "waybill, bulk" : "waybill, bulk with singles"
        let token = try await service.token(.backend)
        let plan = BulkDriver.Plan(port: service.port, token: token, orders: orders, limit: limit)
        let before = try await service.head()
        let ((bulk, single), usage) = try await UsageMonitor.during(service) {
            let single = CompletionFlag()
            async let commands: CommandDriver.Outcome? = BlockingWork.run {
                guard let beside else { return nil }
                var plan = CommandDriver.Plan(port: service.port, token: token)
                (plan.connections, plan.warmUp, plan.seconds, plan.rate) = (16, 0.5, 86_400, beside)
                return try CommandDriver(plan).run { single.isSet }
            }
            defer { single.set() }
            let bulk = try await BlockingWork.run { try BulkDriver(plan).run() }
            single.set()
            return (bulk, try await commands)
        }
        let events = try await service.head() - before
        result.add("events", of: name, Double(events) / bulk.elapsed, unit: "/s")
        result.add("commands", of: name, Double(bulk.accepted) / bulk.elapsed, unit: "/s")
        result.add("time", of: name, bulk.elapsed, unit: "s")
        result.add("rejected", of: name, Double(bulk.rejected), unit: "")
        result.add(usage, of: name, work: events)
        if let growth = usage.residentGrowth {
            result.add("memory, second half less first", of: name, growth / 1e6, unit: "MB")
        }
        if let single {
            result.add("rate", of: "waybill, singles beside", single.rate, unit: "/s")
            result.add(single.latency, of: "waybill, singles beside", as: "latency")
        }
        if let rejection = bulk.firstRejection { result.note("The first rejection: \(rejection)") }
    }
}
