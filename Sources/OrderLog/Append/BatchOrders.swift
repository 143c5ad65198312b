import Foundation
import Orders
import Postgres

/// The orders of a batch, loaded under the head lock as far as they fit in memory together.
struct BatchOrders {
    private(set) var records: [UUID: OrderRecord] = [:]
    /// The orders that have a row but no record here, since their states had no room.
    private var leftOut: Set<UUID> = []
    private let connection: PostgresConnection
    /// The time of the server's last reply.
    private(set) var lastReply = ContinuousClock.now

    /// The size of all states that are loaded for the candidates of one scan, in bytes. The candidates after them,
    /// those that got the number first, do not count.
    static let candidateByteLimit = 4 * StoredStates.byteLimit

    init(on connection: PostgresConnection) {
        self.connection = connection
    }

    /// Takes note of a reply to a statement of others.
    mutating func replyCame() { lastReply = .now }

    /// Adds records that are known to be current.
    mutating func add(_ known: [UUID: OrderRecord]) {
        records.merge(known) { $1 }
    }

    /// Adds the rows of `CurrentStateTable.load`.
    mutating func add(_ rows: PostgresResult) async throws {
        let stored = try StoredStates(rows)
        leftOut.formUnion(stored.leftOut)
        let found = try await decode(stored)
        records.merge(found) { $1 }
        leftOut.subtract(found.keys)
    }

    private mutating func decode(_ stored: StoredStates) async throws -> [UUID: OrderRecord] {
        let connection = connection
        var repliedAt = lastReply
        let found = try await stored.recordsById {
            let rows = try await connection.query($0.sql, $0.bindings, timeout: LogConnection.appendTimeout)
            repliedAt = .now
            return rows
        }
        lastReply = repliedAt
        return found
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

    /// Finds the order to which a scan goes, and keeps it. Of the orders that are left out, one slice at a time is in
    /// memory.
    ///
    /// - Parameter orderIds: the candidates, the one that got the number last first.
    mutating func bestMatch(for target: ScanTarget, among orderIds: [UUID]) async throws -> UUID? {
        var best: (record: OrderRecord, match: ParcelMatch)?
        func consider(_ found: [UUID: OrderRecord]) {
            for record in orderIds.lazy.compactMap({ found[$0] }) {
                guard let match = record.order.parcelMatch(for: target) else { continue }
                if best.map({ $0.match < match }) ?? true { best = (record, match) }
            }
        }
        consider(records)
        var waiting = orderIds.filter(leftOut.contains)
        var bytes = 0
        while !waiting.isEmpty, bytes < Self.candidateByteLimit {
            let stored = try StoredStates(await select(waiting))
            consider(try await decode(stored))
            bytes += stored.rows.reduce(0) { $0 + $1.state.count }
            waiting = stored.leftOut
        }
        guard let found = best?.record else { return nil }
        records[found.order.orderId] = found
        leftOut.remove(found.order.orderId)
        return found.order.orderId
    }

    /// Tells whether none of the orders is left out.
    func hasRoom(for orderIds: [UUID]) -> Bool { leftOut.isDisjoint(with: orderIds) }

    private mutating func read(_ orderIds: [UUID]) async throws {
        try await add(select(orderIds))
    }

    private mutating func select(_ orderIds: [UUID]) async throws -> PostgresResult {
        let query = CurrentStateTable.load(orderIds, version: .active)
        let rows = try await connection.query(query.sql, query.bindings, timeout: LogConnection.appendTimeout)
        lastReply = .now
        return rows
    }
}
