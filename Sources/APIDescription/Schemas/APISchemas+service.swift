import OrderAPI
import Orders
import StrictJSON

/// Statistics, projections and health.
extension APISchemas {
    static let health: JSONValue = .object([
        member("status", reference("HealthState"), "`ok` from `/healthz`, `ready` from `/readyz`.")
    ])

    static let session: JSONValue = .object(
        [
            member("role", reference("SessionRole"), "The token's role."),
            member("subject", text, "The token's `sub`."),
            member("shops", list(of: text), "The token's shops; `*` alone for all."),
            member("expiresAt", time, "The time at which the session ends by itself."),
        ],
        "A person who is signed in."
    )

    static let serviceStatus: JSONValue = .object(
        [
            member("version", text, "The version of the service."),
            member("startedAt", time, "The time at which the process began to serve."),
            member("now", time, "The process's time."),
            member("failures", list(of: reference("Failure")), "The last 50 warnings and errors, the last one first."),
        ],
        optional: [
            member("database", reference("DatabaseStatus"), "The database; absent until it has told its sizes once.")
        ]
    )

    static let databaseStatus: JSONValue = .object(
        [
            member("version", text, "The version of PostgreSQL."),
            member("logBytes", count, "The bytes of the table of events with its indexes."),
            member("measuredAt", time, "The time of the sizes. It stays behind while the database does not answer."),
        ],
        optional: [
            member("bytes", count, "The bytes of the whole database; absent where the login may not know them.")
        ],
        "The log's database."
    )

    static let failure: JSONValue = .object(
        [
            member("level", reference("FailureLevel"), "The level in the log."),
            member("message", text, "The message in the log, without the error and other details."),
            member("count", count, "The number of times that it was logged."),
            member("firstAt", time, "The first time that is remembered."),
            member("lastAt", time, "The last time."),
        ],
        "A warning or an error in the service's log."
    )

    // MARK: Statistics

    static let stats: JSONValue = .object([
        member("position", position, "The log position that all counts reflect; some may reflect later events too."),
        member("at", time, "The time of the counts."),
        member("orders", count, "The number of all orders."),
        member("statuses", reference("StatusCounts"), "The number of orders with each status."),
        member(
            "shops",
            list(of: reference("ShopCount")),
            "The 100 shops with the most orders, those with more orders before the others."
        ),
        member(
            "perMinute",
            list(of: reference("MinuteCounts")),
            "The last 60 minutes, the oldest first; the current one and those without events included."
        ),
        member(
            "timeInStatus",
            reference("TimesInStatus"),
            "The time that orders spent in each status, for statuses that an order has left."
        ),
        member(
            "attention",
            reference("AttentionQueue"),
            "The attention queue: orders that staff should look at."
        ),
    ])

    static let statusCounts: JSONValue = .object(OrderStatus.allCases.map { ($0.rawValue, count) })

    static let shopCount: JSONValue = .object(
        [member("shop", text, "The shop."), member("orders", count, "The number of the shop's orders.")],
        "The number of orders of one shop."
    )

    static let minuteCounts: JSONValue = .object(
        [
            member("minute", time, "The beginning of the minute."),
            member("events", count, "The events recorded in the minute."),
            member("placed", count, "The orders placed in the minute."),
        ],
        "The counts of one minute."
    )

    static let timesInStatus: JSONValue = .object(
        [],
        optional: OrderStatus.allCases.map { ($0.rawValue, reference("TimeInStatus")) }
    )

    static let attentionQueue: JSONValue = .object(
        [
            member(
                "orders",
                count,
                "The number of orders that need attention: those that the order list's filter `attention` finds."
            ),
            member(
                "newest",
                list(of: reference("AttentionEntry")),
                "The newest of these orders, the newest first: 20, or as many as `attentionLimit` says."
            ),
        ],
        "The orders that staff should look at."
    )

    static let attentionEntry: JSONValue = .object([
        member("orderId", uuid, "The order."),
        member("shop", text, "The order's shop."),
        member("number", text, "The shop's number for the order."),
        member("status", status, "The order's status."),
        member("since", time, "The time of the event since which the order needs attention without a break."),
        member(
            "reasons",
            list(of: text),
            "The reasons: for a parcel's problem the type of the event that reports it (`DeliveryFailed`, "
                + "`ParcelLost`, `ParcelReturnedToSender`, and `ParcelScanned` for an exception), `shortage`, "
                + "`closedWithUnits`, the codes of open anomalies, and `refundOwed`. More words may come."
        ),
    ])

    static let timeInStatus: JSONValue = .object(
        [
            member("visits", count, "The number of times that an order left the status."),
            member("meanSeconds", seconds, "The mean time."),
            member("p50Seconds", seconds, "The median time, within 9 %."),
            member("p90Seconds", seconds, "The 90th percentile, within 9 %."),
            member("p95Seconds", seconds, "The 95th percentile, within 9 %."),
            member("p99Seconds", seconds, "The 99th percentile, within 9 %."),
        ],
        "The time that orders spent in a status, over all visits that have ended."
    )

    // MARK: Projections

    private static let share: JSONValue = ["type": "number", "minimum": 0, "maximum": 1]

    static let projections: JSONValue = .object([
        member("projections", list(of: reference("ProjectionVersion")), "Every version of every projection."),
        member("position", position, "The head of the log."),
    ])

    static let projection: JSONValue = .object(
        [
            member("name", reference("ProjectionName"), "The projection."),
            member("version", count, "The version's number."),
            member("position", position, "The log position that the version reflects."),
            member("lag", count, "The number of events that the version does not reflect yet."),
            member("lagSeconds", seconds, "The time for which the oldest of these events has been waiting."),
            member("state", reference("ProjectionState"), "The state of the version."),
            member("updatedAt", time, "The time of the version's last change."),
        ],
        optional: [
            member(
                "replay",
                reference("ReplayProgress"),
                "The replay that builds the version. An interrupted one is continued by the next replay."
            )
        ],
        "A version of a projection."
    )

    static let replayProgress: JSONValue = .object(
        [
            member("state", reference("ReplayState"), "The state of the replay."),
            member("startedAt", time, "The beginning of the replay."),
            member("progress", share, "The share of the log that is done."),
            member("eventsPerSecond", count, "The speed of the replay."),
        ],
        optional: [member("secondsLeft", seconds, "The estimated time to the end; absent without an estimate.")],
        "The progress of a replay."
    )

    static let replay: JSONValue = .object(
        [
            member("name", reference("ProjectionName"), "The projection."),
            member("version", count, "The version that the replay builds."),
            member(
                "progress",
                share,
                "The share of the log that is done: above 0 where an interrupted replay is continued."
            ),
        ],
        "A replay that has begun."
    )
}
