import Access
import EmbeddedPostgres
import Foundation
import Postgres

/// Measurements of `waybill replay` on a filled log: alone, against raw COPY, and under load.
struct ReplayBench: Sendable {
    let waybill: String
    let projection: String
    let data: String
    let workDirectory: String
    var lives = GrowthFill.Lives.asLoaded

    /// Fills the log with clones of real orders.
    ///
    /// - Parameters:
    ///   - orders: the number of real orders to clone.
    ///   - events: the number of events to fill in.
    func prepare(orders: Int, events: Int) async throws {
        try await Service.with(binary: waybill, dataDirectory: data, logs: workDirectory) { service in
            let plan = BulkDriver.Plan(port: service.port, token: try await service.token(.backend), orders: orders)
            _ = try await BlockingWork.run { try BulkDriver(plan).run() }
            try await ReadModels.waitUntilCaughtUp(with: service)
        }
        let fill = GrowthFill(
            waybill: waybill,
            data: data,
            workDirectory: workDirectory,
            days: 30,
            lives: lives
        )
        try await fill.savePattern()
        _ = try await fill.fill(events: events)
    }

    /// Measures the replay alone, and COPY of the same events.
    func measureAlone(_ service: Service, _ report: inout Report) async throws {
        let count = try await service.head()
        let (seconds, held) = try await replay(service)
        let copy = try await copy(service)
        report.add("events", of: "waybill replay", Double(count) / seconds, unit: "/s")
        report.add("time", of: "waybill replay", seconds, unit: "s")
        report.add("head held", of: "waybill replay", held, unit: "ms")
        report.add("events", of: "raw COPY out", Double(count) / copy, unit: "/s")
        report.add("ratio", of: "waybill replay : COPY", copy / seconds, unit: "×")
    }

    /// Measures appends without a replay, then appends for as long as a replay runs.
    func measureUnderLoad(_ service: Service, connections: Int, seconds: Double, _ report: inout Report) async throws {
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

    /// Runs the replay.
    ///
    /// - Returns: the time in seconds, and the time in milliseconds for which the log's head was locked at the swap, as
    ///   the command prints it.
    private func replay(_ service: Service) async throws -> (seconds: Double, held: Double) {
        let began = Clock.now()
        let program = try ChildProgram(
            [waybill, "replay", projection, "--data-dir", service.dataDirectory],
            name: "replay",
            directory: workDirectory
        )
        guard try await program.finish(within: .seconds(3600)) == 0 else {
            throw LoadFailure("waybill replay: \(try program.outputTail())")
        }
        let seconds = (Clock.now() - began).seconds
        guard let held = Self.headMilliseconds(in: try program.readOutput()) else {
            throw LoadFailure("waybill replay did not print how long it held the head: \(try program.outputTail())")
        }
        return (seconds, held)
    }

    /// Reads the number from "the head was held for 1.5 ms".
    static func headMilliseconds(in text: String) -> Double? {
        guard let mark = text.range(of: "the head was held for ") else { return nil }
        return Double(text[mark.upperBound...].prefix { $0.isNumber || $0 == "." })
    }

    /// Copies the columns that make the current state with psql, in binary, to `/dev/null`.
    ///
    /// - Returns: the time in seconds.
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
            directory: workDirectory
        )
        guard try await program.finish(within: .seconds(3600)) == 0 else {
            throw LoadFailure("psql: \(try program.outputTail())")
        }
        return (Clock.now() - began).seconds
    }
}
