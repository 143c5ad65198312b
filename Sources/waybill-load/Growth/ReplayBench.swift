import Access
import EmbeddedPostgres
import Foundation

/// `waybill replay` on a filled log, beside its limit and beside load.
struct ReplayBench: Sendable {
    let waybill: String
    let projection: String
    let data: String
    let workDirectory: String

    /// Fills the log with clones of so many real orders.
    func prepare(orders: Int, events: Int) async throws {
        try await Service.with(binary: waybill, dataDirectory: data, logs: workDirectory) { service in
            let plan = BulkDriver.Plan(port: service.port, token: try await service.token(.backend), orders: orders)
            _ = try await BlockingWork.run { try BulkDriver(plan).run() }
            try await ReadModels.catchUp(service)
        }
        try await PeerCluster.with(data) { cluster in
            let fill = GrowthFill(location: cluster.location, days: 30)
            try await fill.takePattern()
            _ = try await fill.fill(to: events)
        }
    }

    /// The replay by itself, and COPY of the same events.
    func alone(_ service: Service, _ report: inout Report) async throws {
        let count = try await service.head()
        let (seconds, held) = try await replay(service)
        let copy = try await copy(service)
        report.add("events", of: "waybill replay", Double(count) / seconds, unit: "/s")
        report.add("time", of: "waybill replay", seconds, unit: "s")
        report.add("head held", of: "waybill replay", held, unit: "ms")
        report.add("events", of: "raw COPY out", Double(count) / copy, unit: "/s")
        report.add("ratio", of: "waybill replay : COPY", copy / seconds, unit: "×")
    }

    /// Appends without a replay, then for as long as one takes beside them.
    func underLoad(_ service: Service, connections: Int, seconds: Double, _ report: inout Report) async throws {
        var plan = CommandDriver.Plan(port: service.port, token: try await service.token(.backend))
        (plan.connections, plan.warmUp, plan.seconds) = (connections, 2, seconds)
        let quiet = plan
        let without = try await BlockingWork.run { try CommandDriver(quiet).run() }
        (plan.warmUp, plan.seconds) = (1, 3600)
        let beside = plan
        let finished = CompletionFlag()
        async let appends = BlockingWork.run { try CommandDriver(beside).run { finished.isSet } }
        let taken: (seconds: Double, held: Double)
        do {
            defer { finished.set() }
            taken = try await replay(service)
        }
        let with = try await appends
        report.add("rate", of: "waybill, appends without replay", without.rate, unit: "/s")
        report.add("rate", of: "waybill, appends beside replay", with.rate, unit: "/s")
        report.add("rate lost", of: "waybill, appends beside replay", (1 - with.rate / without.rate) * 100, unit: "%")
        report.add(with.latency, of: "waybill, appends beside replay", as: "latency")
        report.add("refused", of: "waybill, appends beside replay", Double(with.refused.values.reduce(0, +)), unit: "")
        report.add("time", of: "waybill replay under load", taken.seconds, unit: "s")
        report.add("head held", of: "waybill replay under load", taken.held, unit: "ms")
    }

    /// - Returns: seconds in all, and milliseconds for which the log's head was held at the swap, as the command says.
    private func replay(_ service: Service) async throws -> (seconds: Double, held: Double) {
        let began = Clock.now()
        let program = try ChildProgram(
            [waybill, "replay", projection, "--data-dir", service.dataDirectory],
            name: "replay",
            directory: workDirectory
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
        let binaries = try await EmbeddedPostgres.locateBinaries().directory
        let columns =
            "seq, order_id, version, type, schema, status, number, shop, customer, occurred_at, data, internal"
        let began = Clock.now()
        let program = try ChildProgram(
            [
                "\(binaries)/psql", "--no-psqlrc", "--host=\(service.database.socketDirectory)",
                "--port=\(service.database.port)", "--username=\(service.database.user)",
                "--dbname=\(service.database.database)", "--output=/dev/null",
                "--command=copy (select \(columns) from events) to stdout (format binary)",
            ],
            name: "copy",
            directory: workDirectory
        )
        guard try await program.finish(within: .seconds(3600)) == 0 else {
            throw LoadFailure("psql: \(try program.lastWords())")
        }
        return (Clock.now() - began).seconds
    }
}
