import EventStreams
import Foundation

/// The index of a lane that holds streams of single orders, without the streams.
struct RoutingIndex: Sendable {
    private let groups: LaneGroups
    private let orders: [UUID]

    init(streams: Int) {
        orders = (0..<streams).map { _ in UUID() }
        var groups = LaneGroups()
        for order in orders { _ = groups.group(for: RoutedEvent.view(of: order)) }
        self.groups = groups
    }

    /// Measures lookups of the streams for events, each of an order at random.
    ///
    /// - Parameter count: the number of lookups.
    /// - Returns: the mean time of a lookup in nanoseconds.
    func measureLookups(_ count: Int) throws -> Double {
        let events = (0..<min(count, 10_000)).map { seq in
            RoutedEvent.make(seq: Int64(seq), order: orders[Int.random(in: 0..<orders.count)])
        }
        for event in events { _ = groups.concerned(by: event) }
        var found = 0
        let began = Clock.now()
        for index in 0..<count { found += groups.concerned(by: events[index % events.count]).count }
        let nanoseconds = Double(Clock.now() - began) / Double(count)
        guard found == count else { throw LoadFailure("the index found \(found) streams for \(count) events") }
        return nanoseconds
    }
}
