import Access
import EmbeddedPostgres
import Foundation
import Postgres

/// `waybill replay` on a filled log, beside its limit and beside load.
struct ReplayBench: Sendable {
    let waybill: String
    let projection: String
    let data: String
    let workplace: String

    /// Fills the log with clones of so many real orders.
    func prepare(orders: Int, events: Int) async throws {
        try await Service.with(binary: waybill, dataDirectory: data, logs: workplace) { service in
            let plan = BulkDriver.Plan(port: service.port, token: try await service.token(.backend), orders: orders)
            _ = try await Threads.one { try BulkDriver(plan).run() }
            try await ReadModels.catchUp(service)
        }
        try await PeerCluster.with(data) { cluster in
            let fill = GrowthFill(database: cluster.database, days: 30)
            try await fill.takePattern()
            _ = try await fill.fill(to: events)
        }
    }

    /// The replay by itself, and COPY of the same events.
    func alone(_ service: Service, _ report: inout Report) async throws {
        let count = try await service.head()
        let (seconds, held) = try await replay(service)
        let copy = try await copy(service)
        report.add("waybill replay", "events", Double(count) / seconds, "/s")
        report.add("waybill replay", "time", seconds, "s")
        report.add("waybill replay", "head held", held, "ms")
        report.add("raw COPY out", "events", Double(count) / copy, "/s")
        report.add("waybill replay : COPY", "ratio", copy / seconds, "×")
    }

    /// Appends without a replay, then for as long as one takes beside them.
    func underLoad(_ service: Service, connections: Int, seconds: Double, _ report: inout Report) async throws {
        var plan = CommandDriver.Plan(port: service.port, token: try await service.token(.backend))
        (plan.connections, plan.warmUp, plan.seconds) = (connections, 2, seconds)
        let quiet = plan
        let without = try await Threads.one { try CommandDriver(quiet).run() }
        (plan.warmUp, plan.seconds) = (1, 3600)
        let beside = plan
        let finished = Finished()
        async let appends = Threads.one { try CommandDriver(beside).run { finished.isSet } }
        let taken: (seconds: Double, held: Double)
        do {
            defer { finished.set() }
            taken = try await replay(service)
        }
        let with = try await appends
        report.add("waybill, appends without replay", "rate", without.rate, "/s")
        report.add("waybill, appends beside replay", "rate", with.rate, "/s")
        report.add("waybill, appends beside replay", "rate lost", (1 - with.rate / without.rate) * 100, "%")
        report.add(with.latency, "waybill, appends beside replay", "latency")
        report.add("waybill, appends beside replay", "refused", Double(with.refused.values.reduce(0, +)), "")
        report.add("waybill replay under load", "time", taken.seconds, "s")
        report.add("waybill replay under load", "head held", taken.held, "ms")
    }

    /// - Returns: seconds in all, and milliseconds for which the log's head was held at the swap, as the command says.
    private func replay(_ service: Service) async throws -> (seconds: Double, held: Double) {
        let began = Clock.now()
        let program = try ChildProgram(
            [waybill, "replay", projection, "--data-dir", service.dataDirectory],
            name: "replay",
            directory: workplace
        )
        guard try await program.finish(within: .seconds(3600)) == 0 else {
            throw LoadFailure("waybill replay: \(try program.lastWords())")
        }
        let seconds = (Clock.now() - began).seconds
        guard let held = Self.held(try program.printed()) else {
            throw LoadFailure("waybill replay does not say how long it held the head: \(try program.lastWords())")
        }
        return (seconds, held)
    }

    /// The number in "the head was held for 1.5 ms".
    static func held(_ text: String) -> Double? {
        guard let mark = text.range(of: "the head was held for ") else { return nil }
        return Double(text[mark.upperBound...].prefix { $0.isNumber || $0 == "." })
    }

    /// - Returns: seconds in which psql copies the columns that make the current state, in binary, to nowhere.
    private func copy(_ service: Service) async throws -> Double {
        let binaries = try await ServerBinaries.locate().directory
        let columns =
            "seq, order_id, version, type, schema, status, number, shop, customer, occurred_at, data, internal"
        let began = Clock.now()
        let program = try ChildProgram(
            [
                "\(binaries)/psql", "--no-psqlrc", "--host=\(service.database.host)",
                "--port=\(service.database.port)", "--username=\(service.database.user)",
                "--dbname=\(service.database.database)", "--output=/dev/null",
                "--command=copy (select \(columns) from events) to stdout (format binary)",
            ],
            name: "copy",
            directory: workplace
        )
        guard try await program.finish(within: .seconds(3600)) == 0 else {
            throw LoadFailure("psql: \(try program.lastWords())")
        }
        return (Clock.now() - began).seconds
    }
}
