import Foundation
import LogSupport
import Logging
import OrderLog
import Orders
import Postgres
import TestSupport
import Testing

@testable import Projections

/// A log with read models for tests.
struct ModelBench: Sendable {
    let log: TestLog
    let reader: ReadModelReader

    static func with<R: Sendable>(_ body: @Sendable (ModelBench) async throws -> R) async throws -> R {
        try await TestLog.with { log in
            let pool = ReadModelReader.makePool(
                configuration: log.database,
                registry: log.registry,
                logger: log.logger
            )
            return try await body(ModelBench(log: log, reader: ReadModelReader(pool: pool, registry: log.registry)))
        }
    }

    /// Runs `body` with a running projector that has an epoch registry of its own, as in another process.
    func withProjector<R: Sendable>(
        batchLimit: Int = 1000,
        models: [any ReadModel] = ReadModels.followed,
        registry: EpochRegistry = EpochRegistry(),
        election: LeaderElection? = nil,
        watch: StandbyWatch? = nil,
        _ body: @Sendable (Projector) async throws -> R
    ) async throws -> R {
        let projector = Projector(
            configuration: log.database,
            registry: registry,
            models: models,
            batchLimit: batchLimit,
            election: election ?? LeaderElection(logger: log.logger),
            watch: watch,
            logger: log.logger
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await projector.run() }
            let result = try await body(projector)
            group.cancelAll()
            return result
        }
    }

    /// Waits until every read model reflects the log's head.
    ///
    /// - Returns: false when the deadline passes first.
    func areCaughtUp() async throws -> Bool {
        try await eventually {
            let (states, head) = try await reader.states()
            return states.count == ReadModels.all.count
                && states.allSatisfy { $0.position.seq == head.seq && $0.lag == 0 }
        }
    }

    /// The read models that the leader cannot fold.
    func failures() async throws -> [String] {
        try await reader.states().projections.filter(\.hasFailed).map(\.name)
    }

    /// Runs a projector until every read model reflects the log's head.
    func catchUp() async throws {
        let isCaughtUp = try await withProjector { _ in try await areCaughtUp() }
        #expect(isCaughtUp)
    }

    /// The rows of a statement as one text, for comparisons.
    func text(_ sql: String) async throws -> String {
        let rows = try await log.pool.query(
            "select coalesce(string_agg(r::text, e'\\n' order by r::text), '') from (\(sql)) r"
        )
        return try rows.first?.get(0, as: String.self) ?? ""
    }

    /// The orders whose state in the list differs from the state that the appender wrote.
    func differences() async throws -> String {
        let (current, list) = try await (
            states(in: "order_states", of: "current"), states(in: "order_list", of: "orders")
        )
        return Set(current).symmetricDifference(list).sorted().joined(separator: "\n")
    }

    /// The orders of a table's served version as readers see them: with the events beyond a row's state.
    func states(in table: String, of model: String) async throws -> [String] {
        let version = "(select version from projection_active where name = '\(model)')"
        let rows = try await log.pool.query("select order_id from \(table) where model_version = \(version)")
        let ids = try rows.map { try $0.get("order_id", as: UUID.self) }
        var states: [String] = []
        try await StoredStates.forEachSlice(of: ids) { ids in
            StoredStates.select(ids, from: table, version: version)
        } read: { query in
            try await log.pool.query(query.sql, query.bindings)
        } body: { ids, records in
            for orderId in ids {
                guard let record = records[orderId] else { continue }
                let state = String(decoding: record.order.encodeState(), as: UTF8.self)
                states.append("\(orderId) \(record.seq) \(record.recordedAt.rfc3339Micro) \(state)")
            }
        }
        return states.sorted()
    }

    /// All rows of the statistics.
    func statistics() async throws -> String {
        var texts: [String] = []
        for table in ["stats_orders", "stats_statuses", "stats_minutes", "stats_durations"] {
            texts.append(try await text("select * from \(table)"))
        }
        return texts.joined(separator: "\n\n")
    }

    /// Runs a script as the database's owner.
    func script(_ sql: String) async throws {
        let owner = try await PostgresConnection.connect(log.database, logger: log.logger)
        do {
            try await owner.executeScript(sql)
            await owner.close()
        } catch {
            await owner.close()
            throw error
        }
    }
}

extension ReadModelReader {
    /// Reads a page of the order list with the orders as they are stored.
    func orders(_ request: OrderListRequest) async throws -> OrderListPage<StoredOrder> {
        try await orders(request) { $0 }
    }
}

/// A random history of orders, determined by a seed.
enum History {
    static func run(seed: UInt64, orders count: Int, commands: Int, on appender: Appender) async throws {
        var random = SeededGenerator(state: seed)
        let orders = (0..<count).map { _ in UUID() }
        for (index, order) in orders.enumerated() {
            let place = Samples.place(
                shop: index.isMultiple(of: 3) ? "nordwind" : "aurora",
                customer: "cust-\(index % 4)"
            )
            _ = try await appender.submit(Samples.submission(.placeOrder, place, order: order))
        }
        for step in 0..<commands {
            guard let order = orders.randomElement(using: &random) else { return }
            let (name, json) = command(step, &random)
            do {
                _ = try await appender.submit(Samples.submission(name, json, order: order))
            } catch is AppendRefusal {
                // Some random commands do not fit their order.
            }
        }
    }

    private static func command(_ step: Int, _ random: inout SeededGenerator) -> (CommandName, String) {
        let parcel = Int.random(in: 1...2, using: &random)
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1: return (.confirmOrder, "{}")
        case 2:
            // A dispatch may replace such a carrier.
            let carrier = ["", #","carrier":"dhl""#, #","carrier":"ups""#][step % 3]
            return (.packParcel, #"{"parcelId":"p\#(parcel)","lines":[{"lineId":"l1","quantity":1}]\#(carrier)}"#)
        case 3:
            let carrier = Bool.random(using: &random) ? "dhl" : #"a \"carrier\", {\\odd}"#
            return (
                .dispatchParcel, #"{"parcelId":"p\#(parcel)","carrier":"\#(carrier)","trackingNumber":"T\#(step)"}"#
            )
        case 4:
            let payment = #"{"amount":2000,"currency":"EUR"}"#
            return (
                .recordPayment,
                #"{"paymentId":"y\#(step)","kind":"captured","amount":\#(payment),"providerRef":"r"}"#
            )
        case 5, 6, 7:
            let code = ["inTransit", "attemptFailed", "delivered", "exception", "lost"].randomElement(using: &random)
            let time = "2026-01-01T00:\(10 + step % 50):00Z"
            return (
                .recordScan,
                #"{"parcelId":"p\#(parcel)","scanId":"s\#(step)","code":"\#(code ?? "lost")","occurredAt":"\#(time)"}"#
            )
        case 8: return (.holdOrder, #"{"holdId":"h\#(step)","reason":"fraud"}"#)
        case 9: return (.releaseHold, #"{"holdId":"h\#(max(0, step - 1))"}"#)
        case 10: return (.resolveAnomaly, #"{"version":\#(Int.random(in: 2...6, using: &random)),"note":"seen"}"#)
        default: return (.addNote, #"{"text":"n\#(step)","visibility":"staff"}"#)
        }
    }
}

/// A generator of the same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
