import Foundation
import OrderLog
import Postgres

/// Compares some orders' rows with what their events say, in one snapshot.
struct OrdersCheck<Model: VerifiableModel>: Sendable {
    struct Result: Sendable {
        let orders: Int
        /// What their events up to `sumsThrough` add up to.
        let sums: Model.Sums
    }

    let model: Model
    /// Events up to this one are summed up.
    let sumsThrough: Int64
    let report: @Sendable (Difference) -> Void

    func run(_ ids: [UUID], on connection: PostgresConnection) async throws -> Result {
        let (checkpoint, stored, events) = try await read(ids, on: connection)
        var sums = model.sums()
        var unsummed = model.sums()
        var expected: [UUID: StoredFields] = [:]
        var unreadable: Set<UUID> = []
        var entry: (id: UUID, value: Model.Entry)?
        for event in events where event.seq <= max(checkpoint, sumsThrough) && !unreadable.contains(event.orderId) {
            if let done = entry, done.id != event.orderId {
                expected[done.id] = model.expected(done.value)
                entry = nil
            }
            var value = entry?.value ?? model.entry(for: event.orderId)
            entry = nil
            do {
                if event.seq <= sumsThrough {
                    _ = try model.fold(event, into: &value, &sums)
                } else {
                    _ = try model.fold(event, into: &value, &unsummed)
                }
                entry = (event.orderId, value)
            } catch let error as UnreadableEvent {
                unreadable.insert(event.orderId)
                report(difference(event, error))
            }
        }
        if let entry { expected[entry.id] = model.expected(entry.value) }
        for id in ids where !unreadable.contains(id) {
            for difference in FieldComparison.differences(
                model.name,
                id,
                stored: stored[id] ?? [:],
                expected: expected[id] ?? [:]
            ) { report(difference) }
        }
        return Result(orders: ids.count, sums: sums)
    }

    private func difference(_ event: LoggedEvent, _ error: UnreadableEvent) -> Difference {
        Difference(
            projection: model.name,
            orderId: event.orderId,
            field: "event \(event.seq)",
            stored: event.type,
            expected: "\(error)"
        )
    }

    private func read(
        _ ids: [UUID],
        on connection: PostgresConnection
    ) async throws -> (checkpoint: Int64, stored: [UUID: StoredFields], events: [LoggedEvent]) {
        try await connection.withTransaction("begin isolation level repeatable read read only") { transaction in
            let served = try await ServedVersion.read(model, on: transaction)
            let results = try await transaction.pipeline([
                model.stored(ids, version: served.version),
                PostgresQuery(
                    "select \(LoggedEvent.columns) from events where order_id = any($1) order by order_id, version",
                    [ids]
                ),
            ])
            var stored: [UUID: StoredFields] = [:]
            for row in results[0] {
                let (id, fields) = try model.stored(row)
                stored[id] = fields
            }
            return (served.seq, stored, try results[1].map { try LoggedEvent(row: $0) })
        }
    }
}

/// The version that is served, and its checkpoint, in the snapshot of a transaction.
struct ServedVersion {
    let version: Int
    let seq: Int64

    /// As a transaction's first statements: the tables are locked before its snapshot is taken, so that a version that is
    /// replaced after it is not dropped under it.
    static func read(_ model: some VerifiableModel, on transaction: PostgresConnection) async throws -> ServedVersion {
        let tables = model.orderTables.joined(separator: ", ")
        let results = try await transaction.pipeline([
            PostgresQuery("lock table \(tables) in access share mode"), Checkpoint.peek(model.name),
        ])
        let checkpoint = try Checkpoint.decode(results[1], model.name)
        guard let head = try results[1].first?.get(3, as: Int64.self) else {
            throw ProjectionFailure.missing(model.name)
        }
        // The appender writes the current state and the head at once, and no checkpoint.
        return ServedVersion(
            version: checkpoint.version,
            seq: model.name == CurrentState.name ? head : checkpoint.seq
        )
    }
}
