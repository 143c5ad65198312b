import Foundation
import OrderLog
import Orders
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
        var stored = snapshot.stored
        let versions = Self.takeStatesOfOtherLayouts(from: &stored)
        var sums = model.makeSums()
        var laterSums = model.makeSums()
        var expected: [UUID: StoredFields] = [:]
        var states: [UUID: String] = [:]
        var unreadable: Set<UUID> = []
        var current: (id: UUID, entry: Model.Entry)?
        let last = max(snapshot.checkpoint, sumsThrough)
        for event in snapshot.events where event.seq <= last && !unreadable.contains(event.orderId) {
            if let done = current, done.id != event.orderId {
                expected[done.id] = fields(of: done.entry, stored: stored[done.id], state: states[done.id])
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
                if versions[event.orderId] == event.version {
                    states[event.orderId] = model.order(of: entry).map(Self.state(of:))
                }
                current = (event.orderId, entry)
            } catch let error as UnreadableEvent {
                unreadable.insert(event.orderId)
                report(difference(for: event, error))
            }
        }
        if let current {
            expected[current.id] = fields(of: current.entry, stored: stored[current.id], state: states[current.id])
        }
        for id in ids where !unreadable.contains(id) {
            for difference in FieldComparison.differences(
                projection: model.name,
                orderId: id,
                stored: stored[id] ?? [:],
                expected: expected[id] ?? [:]
            ) { report(difference) }
        }
        return Result(orders: ids.count, sums: sums)
    }

    /// The values that an order's rows should have.
    ///
    /// - Parameters:
    ///   - stored: the values that they have. A state of another layout is not among them, and none is expected then.
    ///   - state: the order's state at the version of the stored one; nil where that is no state of this order.
    private func fields(of entry: Model.Entry, stored: StoredFields?, state: String?) -> StoredFields {
        var fields = model.expectedFields(of: entry)
        if stored == nil || stored?[FieldComparison.state] != nil {
            fields[FieldComparison.state] = state ?? model.order(of: entry).map(Self.state(of:))
        }
        return fields
    }

    private static func state(of order: Order) -> String { String(decoding: order.encodeState(), as: UTF8.self) }

    /// Removes the states that readers take for none, since they are of another layout.
    ///
    /// - Returns: the versions of the other states. A damaged state has none.
    private static func takeStatesOfOtherLayouts(from stored: inout [UUID: StoredFields]) -> [UUID: Int] {
        var versions: [UUID: Int] = [:]
        for (orderId, fields) in stored {
            guard let state = fields[FieldComparison.state] else { continue }
            do {
                if let order = try EncodedOrder.decode(Array(state.utf8)) {
                    versions[orderId] = order.version
                } else {
                    stored[orderId]?[FieldComparison.state] = nil
                }
            } catch {
                // A damaged state is compared as it is, and differs.
                continue
            }
        }
        return versions
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
