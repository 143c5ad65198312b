import Foundation
import Postgres

/// The events of an order between the state that its row holds and the event that the row reflects.
///
/// The log only grows, and an order's events up to a given one never change. So a later statement than the one that has
/// read the row may read the tail.
struct EventTail: Sendable, Hashable {
    let orderId: UUID
    /// The version of the state: the tail begins with the event after it.
    let after: Int
    /// The number of the last event.
    let through: Int64
    /// The size that the events' texts have at most, in bytes. See `StateSnapshot`: it bounds their number too.
    let byteBound: Int

    /// The size of the events that one statement reads, in bytes. A single order's tail is read whole.
    private static let groupLimit = 8 << 20

    /// Divides tails into groups that one statement reads each. Nearly always there is one group.
    static func groups(_ tails: [EventTail]) -> [[EventTail]] {
        var groups: [[EventTail]] = []
        var bytes = 0
        for tail in tails {
            bytes += tail.byteBound
            if groups.isEmpty || bytes > groupLimit {
                groups.append([tail])
                bytes = tail.byteBound
            } else {
                groups[groups.count - 1].append(tail)
            }
        }
        return groups
    }

    private static func select(_ tails: [EventTail]) -> PostgresQuery {
        // Order and limit keep the planner from any other plan than one index scan for each order.
        PostgresQuery(
            """
            select tail_place, \(LoggedEvent.columns)
            from unnest($1::uuid[], $2::int[], $3::bigint[]) with ordinality
                t (tail_order, tail_after, tail_through, tail_place)
            cross join lateral (
                select * from events e
                where e.order_id = t.tail_order and e.version > t.tail_after and e.seq <= t.tail_through
                order by e.version limit 1000000
            ) e
            order by tail_place, version
            """,
            [tails.map(\.orderId), tails.map { Int32($0.after) }, tails.map(\.through)]
        )
    }

    /// Reads tails by one statement.
    ///
    /// - Returns: the events of each tail, in the tails' order.
    static func load(
        _ tails: [EventTail],
        read: (PostgresQuery) async throws -> PostgresResult
    ) async throws -> [[LoggedEvent]] {
        let rows = try await read(select(tails))
        let (place, columns) = try (rows.column("tail_place", as: Int64.self), LoggedEvent.Columns(rows))
        var events = [[LoggedEvent]](repeating: [], count: tails.count)
        for row in rows { events[Int(try row.get(place)) - 1].append(try columns.read(row)) }
        return events
    }
}
