import Access
import ArgumentParser
import Foundation
import Postgres

struct StormScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storm",
        abstract: "Many streams opened from nothing, many clients that return at once, many that never read.",
        discussion: """
            Opens streams on all orders with one token, then streams of single orders with a token each, and tells the time and the
            memory that each open stream costs. Then clients return, each as many events behind. Then streams of which some
            never read, against the same without these: what it does to the others' latency.
            """
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var report: ReportOptions

    @Option(help: "Streams opened from nothing.")
    var streams = 15_000

    @Option(help: "Clients that return at once.")
    var returning = 5000

    @Option(help: "Events that each of them has missed.")
    var behind = 1000

    @Option(help: "Streams beside those that never read, and a fifth of them that does not.")
    var readers = 1000

    @Option(help: "Events a second to these.")
    var rate = 100.0

    @Option(help: "Seconds of these, for each run.")
    var seconds = 20.0

    @Flag(help: "Open streams at nchan too.")
    var nchan = false

    func validate() throws {
        guard (1...60_000).contains(streams), (1...60_000).contains(returning), (5...60_000).contains(readers) else {
            throw ValidationError("--streams, --returning and --readers must be at most 60000")
        }
        guard behind > 0, rate > 0, seconds > 0 else {
            throw ValidationError("--behind, --rate and --seconds must be positive")
        }
    }

    func run() async throws {
        let result = try await service.withPlace { place in
            var result = try await place.run { try await load($0) }
            for run in 1...report.runs {
                // Each part finds a new process: memory that one part leaves behind would serve the next.
                for opening in Opening.allCases {
                    ReportOptions.progress("run \(run) of \(report.runs): opening, \(opening.rawValue)")
                    try await place.run { try await open($0, opening, &result) }
                }
                if nchan { try await openAtNchan(place.workplace, &result) }
                ReportOptions.progress("run \(run) of \(report.runs): returning")
                try await place.run { try await catchUp($0, &result) }
                ReportOptions.progress("run \(run) of \(report.runs): stalled")
                try await place.run { try await stall($0, &result) }
            }
            result.selections = [
                .init(
                    title: "Opened from nothing",
                    names: ["opening", "memory of the server, each", "kernel memory, both ends, each"]
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

    /// Orders for the streams of single orders, and events to be behind of.
    private func load(_ service: Service) async throws -> Report {
        let token = try await service.token(.backend)
        let plan = BulkDriver.Plan(port: service.port, token: token, orders: max(streams, behind / 3))
        ReportOptions.progress("loading \(plan.orders) orders")
        _ = try await Threads.one { try BulkDriver(plan).run() }
        return try await Report(
            scenario: "storm",
            summary: "many streams at once",
            machine: .current(of: service)
        )
    }

    private func open(_ service: Service, _ opening: Opening, _ result: inout Report) async throws {
        let count = streams
        let target =
            switch opening {
            case .all: StreamTarget.waybill(port: service.port, token: try await service.token(.staff))
            case .single: try await OrderStreams.target(service, count: count)
            }
        let outcome = try await Threads.one { try StormDriver.open(target, count: count, server: service.pid) }
        add(outcome, "waybill, \(opening.rawValue)", &result)
    }

    private func openAtNchan(_ workplace: String, _ result: inout Report) async throws {
        let count = streams
        let outcome = try await StreamPeer.withNchan(workplace) { peer in
            // nginx's memory is its worker's.
            let worker = ProcessUsage.children(peer.pid).first ?? peer.pid
            return try await Threads.one { try StormDriver.open(peer.target, count: count, server: worker) }
        }
        add(outcome, "nchan, one channel", &result)
    }

    private func add(_ outcome: StormDriver.Opening, _ subject: String, _ result: inout Report) {
        result.add(subject, "opening", outcome.seconds, "s")
        result.add(subject, "memory of the server, each", outcome.memoryEach / 1000, "kB")
        if let kernel = outcome.kernelEach {
            result.add(subject, "kernel memory, both ends, each", kernel / 1000, "kB")
        }
    }

    private func catchUp(_ service: Service, _ result: inout Report) async throws {
        let behind = behind
        let position = try await service.withDatabase { connection in
            // Each start of the database opens an epoch: an event's position names the one in which it was written.
            let row = try await connection.query(
                """
                select e.epoch, seq - $1 from log_head join lateral (
                    select epoch from log_epochs where first_seq <= seq - $1 order by ordinal desc limit 1) e on true
                where seq > $1
                """,
                [Int64(behind)]
            ).first
            guard let row else { throw LoadFailure("the log is too short") }
            return "\(try row.get(0, as: String.self))-\(try row.get(1, as: Int64.self))"
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
            try await Threads.one { try StormDriver.catchUp(target, count: count, events: behind) }
        }
        let subject = "waybill, \(NumberFormat.text(Double(count))) clients return"
        result.add(subject, "all caught up", seconds, "s")
        result.add(subject, "events delivered", Double(count * behind) / seconds, "/s")
        result.add(subject, "scans of the log", Double(try await scans(service) - before), "")
        result.add(subject, "memory of the service, peak", Double(usage.residentPeak) / 1e6, "MB")
    }

    /// Reads of `events` by whatever way, as PostgreSQL counts them. It does so with a second's delay.
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
                server: service.pid,
                followsCommits: true
            )
            let port = service.port
            let outcome = try await Threads.one {
                try FanoutDriver(plan) { _ in try BulkPublisher(port: port, token: backend) }.run()
            }
            let subject = "waybill, \(plan.subscribers - stalled) read, \(stalled) never"
            result.add(outcome.age, subject, "since recordedAt")
            result.add(subject, "memory of the service", Double(ProcessUsage.resident(service.pid).now) / 1e6, "MB")
            result.add(subject, "missing", Double(outcome.missing), "")
        }
    }
}
