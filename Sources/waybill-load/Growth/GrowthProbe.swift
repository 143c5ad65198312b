import Access
import Foundation
import Postgres

/// The measurements of a log that are compared across lengths: appends, returning clients and reads.
struct GrowthProbe: Sendable {
    let service: Service
    let connections: Int
    let seconds: Double

    /// The number of newest events among which clients left that were away for a short time.
    private static let recentEvents: Int64 = 10_000

    /// A position in the log at which a client left, and the order of its event.
    private struct ResumePosition: Sendable {
        let position: String
        let orderId: String
        let shop: String
        let customer: String
    }

    /// Measures everything and adds it to the report.
    func run(_ subject: String, _ report: inout Report) async throws {
        // So many that the highest percent is more than two of them.
        let places = try await resumePositions(1000, among: .max)
        try await measureReturns(try await resumePositions(1000, among: Self.recentEvents), "return", subject, &report)
        try await measureReturns(places, "return from anywhere", subject, &report)
        try await measureReads(places, subject, &report)
        var plan = CommandDriver.Plan(port: service.port, token: try await service.token(.backend))
        (plan.connections, plan.warmUp, plan.seconds) = (connections, 3, seconds)
        let settled = plan
        let outcome = try await BlockingWork.run { try CommandDriver(settled).run() }
        if let refusal = outcome.firstRefusal { throw LoadFailure("a command was refused: \(refusal)") }
        report.add("appends", of: subject, outcome.rate, unit: "/s")
        report.add("append p50", of: subject, outcome.latency.percentile(50), unit: "ms")
        report.add("append p99", of: subject, outcome.latency.percentile(99), unit: "ms")
    }

    /// Waits until the service has read the command ids of past days. The service does so in the background after a
    /// start, and its cost belongs to the start, not to the log's length.
    ///
    /// - Returns: the time that it took, in seconds.
    /// - Throws: `LoadFailure` after ten minutes.
    func awaitCommandIds() async throws -> Double {
        let token = try await service.token(.operator)
        let began = ContinuousClock.now
        while began.duration(to: .now) < .seconds(600) {
            let metrics = String(
                decoding: try await ReadDriver.fetch("/metrics", port: service.port, token: token),
                as: UTF8.self
            )
            let known = metrics.split(separator: "\n").first { $0.hasPrefix("waybill_command_filter_ids ") }
            if let known, let count = known.split(separator: " ").last.flatMap({ Double($0) }), count > 0 {
                return began.duration(to: .now) / .seconds(1)
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw LoadFailure("the service has not read the command ids of days past within ten minutes")
    }

    /// Positions of first events of orders, picked at random, each at least 2,000 events before the log's head.
    ///
    /// - Parameters:
    ///   - count: the number of positions.
    ///   - newest: the number of newest events to pick from.
    private func resumePositions(_ count: Int, among newest: Int64) async throws -> [ResumePosition] {
        try await service.withDatabase { connection in
            // A position names the epoch of its event. Events that earlier runs appended may be of a later epoch.
            let row = try await connection.query(
                """
                select epoch, coalesce(lead(first_seq) over (order by ordinal) - 1, (select seq from log_head)) as last
                from log_epochs order by ordinal limit 1
                """
            ).first
            guard let row else { throw LoadFailure("the log is empty") }
            let (epoch, head) = (try row.get("epoch", as: String.self), try row.get("last", as: Int64.self))
            let last = max(1, head - 2000)
            var places: [ResumePosition] = []
            // A range that holds only later events of orders yields none.
            for _ in 0..<count * 10 where places.count < count {
                let found = try await connection.query(
                    """
                    select seq, order_id::text as id, shop, customer from events
                    where seq between $1 and $2 and version = 1 order by seq limit 1
                    """,
                    [Int64.random(in: max(1, last - min(last, newest))...last), last]
                ).first
                guard let found else { continue }
                places.append(
                    ResumePosition(
                        position: "\(epoch)-\(try found.get("seq", as: Int64.self))",
                        orderId: try found.get("id", as: String.self),
                        shop: try found.get("shop", as: String.self),
                        customer: try found.get("customer", as: String.self)
                    )
                )
            }
            return places
        }
    }

    /// Measures the time from the connection to the first missed event, for one client after the other.
    private func measureReturns(_ places: [ResumePosition], _ verb: String, _ subject: String, _ report: inout Report)
        async throws
    {
        let staff = try await service.token(.staff)
        let streams: [(String, @Sendable (ResumePosition) -> String)] = [
            ("all orders", { _ in "/v1/stream" }),
            ("one order", { "/v1/orders/\($0.orderId)/stream" }),
            ("a customer", { "/v1/customers/\($0.customer)/stream?shop=\($0.shop)" }),
        ]
        for (name, path) in streams {
            let port = service.port
            let latency: LatencyHistogram
            do {
                latency = try await BlockingWork.run {
                    var latency = LatencyHistogram()
                    for place in places {
                        let request = StreamTarget.request(path(place), token: staff, lastEventId: place.position)
                        let target = StreamTarget(port: port, beginning: .head) { _ in request }
                        let taken = try StormDriver.catchUp(target, count: 1, events: 1)
                        latency.record(nanoseconds: taken.nanoseconds)
                    }
                    return latency
                }
            } catch let failure as LoadFailure where failure.description.contains("answered 404") {
                report.note("This version of the service has no stream of \(name).")
                continue
            }
            report.add("\(verb) to \(name), p50", of: subject, latency.percentile(50), unit: "ms")
            report.add("\(verb) to \(name), p99", of: subject, latency.percentile(99), unit: "ms")
        }
    }

    /// Measures the routes that read.
    private func measureReads(_ places: [ResumePosition], _ subject: String, _ report: inout Report) async throws {
        let staff = try await service.token(.staff)
        let reads: [(String, [String])] = [
            ("an order", places.map { "/v1/orders/\($0.orderId)" }),
            ("its history", places.map { "/v1/orders/\($0.orderId)/events" }),
            ("its past", places.map { "/v1/orders/\($0.orderId)?version=2" }),
            ("a page of the log", places.map { "/v1/events?after=\($0.position)" }),
            ("the list", ["/v1/orders"]),
            ("a customer's list", places.map { "/v1/orders?customer=\($0.customer)" }),
        ]
        for (name, targets) in reads {
            let plan = ReadDriver.Plan(port: service.port, token: staff, targets: targets, seconds: 2)
            let outcome = try await BlockingWork.run { try ReadDriver(plan).run() }
            report.add("read \(name), p50", of: subject, outcome.latency.percentile(50), unit: "ms")
            report.add("read \(name), p99", of: subject, outcome.latency.percentile(99), unit: "ms")
        }
    }
}
