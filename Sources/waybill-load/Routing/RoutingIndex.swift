import EventStreams
import Foundation

/// A lane's index of streams of single orders, without the streams.
struct RoutingIndex: Sendable {
    private let groups: LaneGroups
    private let orders: [UUID]

    init(streams: Int) {
        orders = (0..<streams).map { _ in UUID() }
        var groups = LaneGroups()
        for order in orders { _ = groups.group(RoutedEvent.view(of: order)) }
        self.groups = groups
    }

    /// Finds the streams of events, each for an order at random.
    ///
    /// - Returns: nanoseconds for each event.
    func find(_ count: Int) throws -> Double {
        let events = (0..<min(count, 10_000)).map { seq in
            RoutedEvent.make(Int64(seq), orders[Int.random(in: 0..<orders.count)])
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
