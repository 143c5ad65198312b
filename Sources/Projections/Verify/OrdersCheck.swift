import Foundation
import OrderLog
import Postgres

/// Compares the rows of some orders with their events, in one snapshot.
struct OrdersCheck<Model: VerifiableModel>: Sendable {
    struct Result: Sendable {
        let orders: Int
        /// The sums over the orders' events up to `sumsThrough`.
        let sums: Model.Sums
    }

    private struct Snapshot {
        let checkpoint: Int64
        let stored: [UUID: StoredFields]
        /// The events of all orders, order by order.
        let events: [LoggedEvent]
    }

    let model: Model
    /// The number of the last event that is added to the sums.
    let sumsThrough: Int64
    let report: @Sendable (Difference) -> Void

    func run(_ ids: [UUID], on connection: PostgresConnection) async throws -> Result {
        let snapshot = try await read(ids, on: connection)
        var sums = model.makeSums()
        var laterSums = model.makeSums()
        var expected: [UUID: StoredFields] = [:]
        var unreadable: Set<UUID> = []
        var current: (id: UUID, entry: Model.Entry)?
        let last = max(snapshot.checkpoint, sumsThrough)
        for event in snapshot.events where event.seq <= last && !unreadable.contains(event.orderId) {
            if let done = current, done.id != event.orderId {
                expected[done.id] = model.expectedFields(of: done.entry)
                current = nil
            }
            var entry = current?.entry ?? model.makeEntry(for: event.orderId)
            current = nil
            do {
                if event.seq <= sumsThrough {
                    _ = try model.fold(event, into: &entry, sums: &sums)
                } else {
                    _ = try model.fold(event, into: &entry, sums: &laterSums)
                }
                current = (event.orderId, entry)
            } catch let error as UnreadableEvent {
                unreadable.insert(event.orderId)
                report(difference(for: event, error))
            }
        }
        if let current { expected[current.id] = model.expectedFields(of: current.entry) }
        for id in ids where !unreadable.contains(id) {
            for difference in FieldComparison.differences(
                projection: model.name,
                orderId: id,
                stored: snapshot.stored[id] ?? [:],
                expected: expected[id] ?? [:]
            ) { report(difference) }
        }
        return Result(orders: ids.count, sums: sums)
    }

    private func difference(for event: LoggedEvent, _ error: UnreadableEvent) -> Difference {
        Difference(
            projection: model.name,
            orderId: event.orderId,
            field: "event \(event.seq)",
            stored: event.type,
            expected: "\(error)"
        )
    }

    private func read(_ ids: [UUID], on connection: PostgresConnection) async throws -> Snapshot {
        try await connection.withTransaction("begin isolation level repeatable read read only") { transaction in
            let served = try await ServedVersion.read(model, on: transaction)
            let results = try await transaction.pipeline([
                model.selectStored(ids, version: served.version),
                PostgresQuery(
                    "select \(LoggedEvent.columns) from events where order_id = any($1) order by order_id, version",
                    [ids]
                ),
            ])
            return Snapshot(
                checkpoint: served.seq,
                stored: try model.decodeStored(results[0]),
                events: try LoggedEvent.decode(results[1])
            )
        }
    }
}
