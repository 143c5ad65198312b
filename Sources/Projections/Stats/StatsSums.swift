import OrderLog
import Orders

/// The sums that some events add to the statistics of their shops.
package struct StatsSums: Sendable {
    struct StatusKey: Hashable { let shop, status: String }
    struct MinuteKey: Hashable {
        let shop: String
        let minute: Timestamp
    }
    struct DurationKey: Hashable {
        let shop, status: String
        let bucket: Int
    }
    struct Minute: Hashable {
        var events: Int64 = 0
        var placed: Int64 = 0
    }
    struct Visits: Hashable {
        var count: Int64 = 0
        var milliseconds: Int64 = 0
    }

    /// The change in the number of orders that show a headline.
    private(set) var statuses: [StatusKey: Int64] = [:]
    private(set) var minutes: [MinuteKey: Minute] = [:]
    private(set) var durations: [DurationKey: Visits] = [:]

    /// Sums without events.
    init() {}

    /// The total of several sums.
    init(merging parts: [StatsSums]) {
        for part in parts { merge(part) }
    }

    /// Folds an order's next event.
    ///
    /// - Returns: true when the order has changed.
    mutating func add(_ event: LoggedEvent, to known: inout StatsOrder?) -> Bool {
        count(event)
        let before = known
        var order =
            before
            ?? StatsOrder(
                orderId: event.orderId,
                shop: event.shop,
                status: event.status,
                since: event.recordedAt
            )
        if before == nil {
            statuses[StatusKey(shop: event.shop, status: event.status), default: 0] += 1
        } else if order.status != event.status {
            endHeadline(of: order, at: event.recordedAt)
            statuses[StatusKey(shop: event.shop, status: event.status), default: 0] += 1
            order.status = event.status
            order.since = event.recordedAt
        }
        known = order
        return order != before
    }

    mutating func merge(_ other: StatsSums) {
        statuses.merge(other.statuses, uniquingKeysWith: +)
        minutes.merge(other.minutes) { Minute(events: $0.events + $1.events, placed: $0.placed + $1.placed) }
        durations.merge(other.durations) {
            Visits(count: $0.count + $1.count, milliseconds: $0.milliseconds + $1.milliseconds)
        }
    }

    private mutating func count(_ event: LoggedEvent) {
        let minute = event.recordedAt.unixMicroseconds / 60_000_000 * 60_000_000
        let key = MinuteKey(shop: event.shop, minute: Timestamp(unixMicroseconds: minute))
        minutes[key, default: Minute()].events += 1
        if event.type == EventType.orderPlaced.rawValue { minutes[key, default: Minute()].placed += 1 }
    }

    private mutating func endHeadline(of order: StatsOrder, at time: Timestamp) {
        statuses[StatusKey(shop: order.shop, status: order.status), default: 0] -= 1
        let shown = max(0, (time.unixMicroseconds - order.since.unixMicroseconds) / 1000)
        let bucket = DurationHistogram.bucket(milliseconds: shown)
        let key = DurationKey(shop: order.shop, status: order.status, bucket: bucket)
        durations[key, default: Visits()].count += 1
        durations[key, default: Visits()].milliseconds += shown
    }
}
