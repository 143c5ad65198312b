import Foundation
import Orders
import Postgres

/// The orders of a batch, loaded under the head lock as far as they fit in memory together.
struct BatchOrders {
    private(set) var records: [UUID: OrderRecord] = [:]
    /// The orders that have a row but no record here, since their states had no room.
    private var leftOut: Set<UUID> = []
    private let connection: PostgresConnection

    init(on connection: PostgresConnection) {
        self.connection = connection
    }

    /// Adds records that are known to be current.
    mutating func add(_ known: [UUID: OrderRecord]) {
        records.merge(known) { $1 }
    }

    /// Adds the rows of `CurrentStateTable.load`.
    mutating func add(_ rows: PostgresResult) async throws {
        let stored = try StoredStates(rows)
        leftOut.formUnion(stored.leftOut)
        let connection = connection
        let found = try await stored.recordsById {
            try await connection.query($0.sql, $0.bindings, timeout: LogConnection.appendTimeout)
        }
        records.merge(found) { $1 }
        leftOut.subtract(found.keys)
    }

    /// Loads orders that are neither here nor left out. The first ones have room.
    mutating func load(_ orderIds: [UUID]) async throws {
        let unknown = orderIds.filter { records[$0] == nil && !leftOut.contains($0) }
        if !unknown.isEmpty { try await read(unknown) }
    }

    /// Loads those of some orders that are left out, whatever their size.
    mutating func loadLeftOut(of orderIds: [UUID]) async throws {
        var waiting = orderIds.filter(leftOut.contains)
        while !waiting.isEmpty {
            try await read(waiting)
            waiting = waiting.filter(leftOut.contains)
        }
    }

    /// Tells whether none of the orders is left out.
    func hasRoom(for orderIds: [UUID]) -> Bool { leftOut.isDisjoint(with: orderIds) }

    private mutating func read(_ orderIds: [UUID]) async throws {
        let query = CurrentStateTable.load(orderIds, version: .active)
        try await add(connection.query(query.sql, query.bindings, timeout: LogConnection.appendTimeout))
    }
}
