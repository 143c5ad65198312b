import Foundation
import Orders
import Postgres

/// The orders that the commands of a batch need.
extension AppendTransaction {
    /// Adds the orders to which the tracking numbers of scans may lead.
    static func addCandidates(
        _ candidates: [TrackingKey: [UUID]],
        of entries: [AppendQueue.Entry],
        to orders: inout BatchOrders,
        cache: inout StateCache
    ) async throws {
        let orderIds = distinct(entries.flatMap { $0.submission.trackingKey.flatMap { candidates[$0] } ?? [] })
        orders.add(
            orderIds.filter { orders.records[$0] == nil }.reduce(into: [:]) { $0[$1] = cache.record(of: $1) }
        )
        try await orders.load(orderIds)
    }

    /// Finds the order of the first command where the command's orders have no room together.
    ///
    /// - Returns: true where the candidates are now those of the first command, and of no other.
    static func chooseCandidate(
        of first: AppendQueue.Entry?,
        among candidates: inout [TrackingKey: [UUID]],
        in orders: inout BatchOrders
    ) async throws -> Bool {
        guard let first else { return false }
        let needed = neededOrders(of: first, candidates)
        guard !orders.hasRoom(for: needed) else { return false }
        guard let key = first.submission.trackingKey, let target = first.submission.command.scanTarget else {
            try await orders.loadLeftOut(of: needed)
            return false
        }
        candidates[key] = try await orders.bestMatch(for: target, among: needed).map { [$0] } ?? []
        return true
    }

    /// The orders that a command needs.
    static func neededOrders(of entry: AppendQueue.Entry, _ candidates: [TrackingKey: [UUID]]) -> [UUID] {
        entry.submission.orderId.map { [$0] } ?? entry.submission.trackingKey.flatMap { candidates[$0] } ?? []
    }

    /// The orders, each once, in the order of their commands: the first ones have room.
    static func distinct(_ orderIds: [UUID]) -> [UUID] {
        var seen: Set<UUID> = []
        return orderIds.filter { seen.insert($0).inserted }
    }
}
