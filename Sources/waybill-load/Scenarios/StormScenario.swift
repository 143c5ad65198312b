import Access
import ArgumentParser
import Foundation
import Postgres

struct StormScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storm",
        abstract: "Measure many streams that open, return or stop reading at once.",
        discussion: """
            Opens streams on all orders with one token, then streams of single orders with a token each, and reports the
            time and the memory of each open stream; and again while single commands are sent by the clock, to see
            whether their latency suffers. Then clients return that have missed events. Then some streams never read, to
            see whether the latency of the others suffers.
            """
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var report: ReportOptions

    @Option(help: "Streams to open.")
    var streams = 15_000

    @Option(help: "Commands per second by the clock, while streams open.")
    var commands = 50.0

    @Flag(help: "Measure the opening of streams alone.")
    var openingOnly = false

    @Option(help: "Clients that return at once.")
    var returning = 5000

    @Option(help: "Events that each returning client has missed.")
    var behind = 1000

    @Option(
        help:
            "Streams in the last part, of which a fifth is left out at first, and then never reads."
    )
    var readers = 1000

    @Option(help: "Events per second in the last part.")
    var rate = 100.0

    @Option(help: "Seconds of the last part in each run.")
    var seconds = 20.0

    @Flag(help: "Measure the opening of streams at nchan too.")
    var nchan = false

    func validate() throws {
        guard (1...60_000).contains(streams), (1...60_000).contains(returning), (5...60_000).contains(readers) else {
            throw ValidationError("--streams, --returning and --readers must be at most 60000")
        }
        guard behind > 0, rate > 0, seconds > 0, commands > 0 else {
            throw ValidationError("--behind, --rate, --seconds and --commands must be positive")
        }
    }

    func run() async throws {
        let result = try await service.withLauncher { launcher in
            var result = try await launcher.run { try await load($0) }
            for run in 1...report.runs {
                // Each part gets a new process, since the next part could use memory that an earlier one left free.
                for opening in Opening.allCases {
                    ReportOptions.progress("run \(run) of \(report.runs): opening, \(opening.rawValue)")
                    try await launcher.run { try await open($0, opening, &result) }
                }
                if nchan { try await openAtNchan(launcher.workDirectory, &result) }
                for opening in Opening.allCases {
                    ReportOptions.progress("run \(run) of \(report.runs): opening beside commands, \(opening.rawValue)")
                    try await launcher.run { try await openBesideCommands($0, opening, &result) }
                }
                if openingOnly { continue }
                ReportOptions.progress("run \(run) of \(report.runs): returning")
                try await launcher.run { try await catchUp($0, &result) }
                ReportOptions.progress("run \(run) of \(report.runs): stalled")
                try await launcher.run { try await stall($0, &result) }
            }
            result.selections = [
                .init(
                    title: "Opened from nothing",
                    names: [
                        "opening", "CPU of the server, each", "memory of the server, each",
                        "kernel memory, both ends, each",
                    ]
                ),
                .init(
                    title: "Commands while streams open",
                    names: ["opening beside commands", "commands", "commands p50", "commands p99", "commands max"]
                ),
                .init(
                    title: "Clients that return",
                    names: ["all caught up", "events delivered", "scans of the log", "memory of the service, peak"]
                ),
                .init(
                    title: "Streams that are never read",
                    names: ["since recordedAt p50", "since recordedAt p99", "memory of the service", "missing"]
                ),
            ]
            result.charts = [
                .init(title: "\(NumberFormat.text(Double(streams))) streams opened from nothing", name: "opening")
            ]
            return result
        }
        try report.publish(result)
    }

    private enum Opening: String, CaseIterable {
        case all = "all orders, one token"
        case single = "one order and token each"
    }

    /// Loads orders for the streams of single orders, and events for clients to miss.
    private func load(_ service: Service) async throws -> Report {
        let token = try await service.token(.backend)
        let plan = BulkDriver.Plan(port: service.port, token: token, orders: max(streams, behind / 3))
        ReportOptions.progress("loading \(plan.orders) orders")
        _ = try await BlockingWork.run { try BulkDriver(plan).run() }
        return try await Report(
            scenario: "storm",
            summary: "many streams at once",
            machine: .current(of: service)
        )
    }

    /// The target of an opening.
    private func target(_ service: Service, _ opening: Opening) async throws -> StreamTarget {
        switch opening {
        case .all: StreamTarget.waybill(port: service.port, token: try await service.token(.staff))
        case .single: try await OrderStreams.target(service, count: streams)
        }
    }

    private func open(_ service: Service, _ opening: Opening, _ result: inout Report) async throws {
        let (count, target) = (streams, try await target(service, opening))
        let outcome = try await BlockingWork.run { try StormDriver.open(target, count: count, server: service.pid) }
        add(outcome, "waybill, \(opening.rawValue)", &result)
    }

    private func openBesideCommands(_ service: Service, _ opening: Opening, _ result: inout Report) async throws {
        let (count, target) = (streams, try await target(service, opening))
        var plan = CommandDriver.Plan(port: service.port, token: try await service.token(.backend))
        (plan.connections, plan.warmUp, plan.seconds, plan.rate) = (4, 0, 120, commands)
        let isOpened = CompletionFlag()
        async let load = BlockingWork.run { [plan] in try CommandDriver(plan).run { isOpened.isSet } }
        let outcome = try await BlockingWork.run {
            defer { isOpened.set() }
            return try StormDriver.open(target, count: count, server: service.pid) { isOpened.set() }
        }
        let subject = "waybill, \(opening.rawValue)"
        result.add("opening beside commands", of: subject, outcome.seconds, unit: "s")
        let latency = try await load.latency
        result.add("commands", of: subject, Double(latency.count), unit: "")
        result.add(latency, of: subject, as: "commands")
    }

    private func openAtNchan(_ workDirectory: String, _ result: inout Report) async throws {
        let count = streams
        let outcome = try await StreamPeer.withNchan(workDirectory) { peer in
            // The streams are in the memory of nginx's worker.
            let worker = ProcessUsage.children(peer.pid).first ?? peer.pid
            return try await BlockingWork.run { try StormDriver.open(peer.target, count: count, server: worker) }
        }
        add(outcome, "nchan, one channel", &result)
    }

    private func add(_ outcome: StormDriver.Opening, _ subject: String, _ result: inout Report) {
        result.add("opening", of: subject, outcome.seconds, unit: "s")
        result.add("CPU of the server, each", of: subject, outcome.cpuEach * 1e6, unit: "µs")
        result.add("memory of the server, each", of: subject, outcome.memoryEach / 1000, unit: "kB")
        if let kernel = outcome.kernelEach {
            result.add("kernel memory, both ends, each", of: subject, kernel / 1000, unit: "kB")
        }
    }

    private func catchUp(_ service: Service, _ result: inout Report) async throws {
        let behind = behind
        let position = try await service.withDatabase { connection in
            // Each start of the database opens an epoch. An event's position names the epoch in which the event was
            // written.
            let row = try await connection.query(
                """
                select e.epoch, seq - $1 as seq from log_head join lateral (
                    select epoch from log_epochs where first_seq <= seq - $1 order by ordinal desc limit 1) e on true
                where seq > $1
                """,
                [Int64(behind)]
            ).first
            guard let row else {
                throw LoadFailure("the log has no more than \(behind) events; load more orders or lower --behind")
            }
            return "\(try row.get("epoch", as: String.self))-\(try row.get("seq", as: Int64.self))"
        }
        let request = StreamTarget.request(
            "/v1/stream",
            token: try await service.token(.staff),
            lastEventId: position
        )
        let target = StreamTarget(port: service.port, beginning: .head) { _ in request }
        let count = returning
        let before = try await scans(service)
        let (seconds, usage) = try await UsageMonitor.during(service) {
            try await BlockingWork.run { try StormDriver.catchUp(target, count: count, events: behind) }
        }
        let subject = "waybill, \(NumberFormat.text(Double(count))) clients return"
        result.add("all caught up", of: subject, seconds, unit: "s")
        result.add("events delivered", of: subject, Double(count * behind) / seconds, unit: "/s")
        result.add("scans of the log", of: subject, Double(try await scans(service) - before), unit: "")
        result.add("memory of the service, peak", of: subject, Double(usage.residentPeak) / 1e6, unit: "MB")
    }

    /// Reads PostgreSQL's count of scans of `events`, of every kind. The count is a second late.
    private func scans(_ service: Service) async throws -> Int64 {
        try await Task.sleep(for: .milliseconds(1500))
        return try await service.withDatabase { connection in
            try await connection.query(
                "select coalesce(idx_scan, 0) + seq_scan from pg_stat_user_tables where relname = 'events'"
            ).first?.get(0, as: Int64.self) ?? 0
        }
    }

    private func stall(_ service: Service, _ result: inout Report) async throws {
        let (backend, staff) = (try await service.token(.backend), try await service.token(.staff))
        for stalled in [0, readers / 5] {
            let plan = FanoutDriver.Plan(
                target: .waybill(port: service.port, token: staff),
                subscribers: readers - readers / 5 + stalled,
                stalled: stalled,
                pace: .rate(rate),
                seconds: seconds,
                servers: [service.pid],
                measuresAges: true
            )
            let port = service.port
            let outcome = try await BlockingWork.run {
                try FanoutDriver(plan) { _ in try BulkPublisher(port: port, token: backend) }.run()
            }
            let subject = "waybill, \(plan.subscribers - stalled) read, \(stalled) never"
            result.add(outcome.age, of: subject, as: "since recordedAt")
            result.add(
                "memory of the service",
                of: subject,
                Double(ProcessUsage.resident(service.pid).now) / 1e6,
                unit: "MB"
            )
            result.add("missing", of: subject, Double(outcome.missing), unit: "")
        }
    }
}
