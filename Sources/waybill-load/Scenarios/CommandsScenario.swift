import Access
import ArgumentParser
import Foundation

struct CommandsScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commands",
        abstract: "Measure single commands by POST, in the demonstration's mix.",
        discussion: """
            Closed loop by default: each connection sends the next command when the last is answered. With --rate, an
            open loop: commands are sent by the clock, and a latency counts from the time for which its command was
            intended, so that waiting for a stalled service counts (no coordinated omission). The service's memory in
            the second half of the time less that in the first shows growth: --seconds 1800 --warm-up 60.

            With --peer, pgbench runs in turn with the service on a cluster of the same kind: 32 clients, prepared
            statements, one event and one notification in each transaction.
            """
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var report: ReportOptions

    @Option(help: "Connections.")
    var connections = 64

    @Option(help: "Seconds to measure in each run.")
    var seconds = 10.0

    @Option(help: "Seconds of load before the measured time.")
    var warmUp = 3.0

    @Option(help: "Commands per second by the clock.")
    var rate: Double?

    @Flag(help: "Measure an open loop at half of the closed loop's rate afterwards.")
    var half = false

    @Flag(help: "Measure pgbench in turn.")
    var peer = false

    @Option(help: "Measure UmaDB in turn, with this Python, which has its package.")
    var umadb: String?

    func validate() throws {
        guard (1...10_000).contains(connections) else { throw ValidationError("--connections must be 1 to 10000") }
        guard seconds > 0, warmUp >= 0, rate.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--seconds, --warm-up and --rate must be positive")
        }
        guard !(half && rate != nil) else { throw ValidationError("--half and --rate exclude each other") }
    }

    func run() async throws {
        let result = try await service.with { service, workDirectory in
            guard peer else { return try await measure(service, workDirectory, nil) }
            return try await PeerCluster.with("\(workDirectory)/peer") { cluster in
                try await measure(service, workDirectory, Pgbench(cluster, workDirectory: workDirectory))
            }
        }
        try report.publish(result)
    }

    private func measure(_ service: Service, _ workDirectory: String, _ pgbench: Pgbench?) async throws -> Report {
        var result = try await Report(
            scenario: "commands",
            summary: "single commands by POST over \(connections) connections, the demonstration's mix",
            machine: .current(of: service)
        )
        var plan = CommandDriver.Plan(port: service.port, token: try await service.token(.backend))
        (plan.connections, plan.warmUp, plan.seconds, plan.rate) = (connections, warmUp, seconds, rate)
        for run in 1...report.runs {
            ReportOptions.progress("run \(run) of \(report.runs)")
            let rate = try await add(plan, rate == nil ? "waybill" : "waybill, open loop", to: &result, service)
            if half {
                plan.rate = (rate / 2).rounded()
                _ = try await add(plan, "waybill, open loop at half", to: &result, service)
                plan.rate = nil
            }
            if let umadb {
                let rate = try await UmaDB.with(python: umadb, workDirectory: workDirectory) { peer in
                    try await peer.run(clients: 32, seconds: Int(seconds), workDirectory: workDirectory)
                }
                result.add("rate", of: "UmaDB, 32 Python clients", rate, unit: "/s")
            }
            if let pgbench {
                let outcome = try await pgbench.run(clients: 32, seconds: Int(seconds), workDirectory: workDirectory)
                result.add("rate", of: "pgbench, 32 clients", outcome.rate, unit: "/s")
                result.add("mean latency", of: "pgbench, 32 clients", outcome.latency, unit: "ms")
                result.add("ratio", of: "waybill : pgbench", rate / outcome.rate, unit: "×")
            }
        }
        result.charts = [.init(title: "Single commands, durable, a second", name: "rate")]
        result.selections = [
            .init(
                title: "Rate",
                names: ["rate", "rate by the clock", "ratio", "mean latency", "refused or unanswered"]
            ),
            .init(
                title: "Latency",
                names: ["latency p50", "latency p90", "latency p99", "latency p99.9", "latency max"]
            ),
            .init(
                title: "Cost",
                names: [
                    "CPU of the service", "CPU of PostgreSQL", "CPU of the client", "CPU of the service, each",
                    "CPU of PostgreSQL, each", "memory of the service, peak",
                    "memory, second half less first", "memory of PostgreSQL",
                ]
            ),
        ]
        return result
    }

    /// Measures the service by a plan, and adds the figures.
    ///
    /// - Returns: commands per second.
    private func add(
        _ plan: CommandDriver.Plan,
        _ subject: String,
        to result: inout Report,
        _ service: Service
    ) async throws -> Double {
        let (outcome, usage) = try await UsageMonitor.during(service) {
            try await BlockingWork.run { try CommandDriver(plan).run() }
        }
        result.add(plan.rate == nil ? "rate" : "rate by the clock", of: subject, outcome.rate, unit: "/s")
        result.add(outcome.latency, of: subject, as: "latency")
        result.add(usage, of: subject, work: outcome.accepted, share: plan.seconds / (plan.warmUp + plan.seconds))
        if let growth = usage.residentGrowth {
            result.add("memory, second half less first", of: subject, growth / 1e6, unit: "MB")
        }
        let refused = outcome.refused.values.reduce(0, +)
        result.add("refused or unanswered", of: subject, Double(refused + outcome.unanswered), unit: "")
        if let refusal = outcome.firstRefusal { result.note("The first refusal: \(refusal)") }
        return outcome.rate
    }
}
