import Orders
import StrictJSON

/// The examples that do not come from the story of one order. The conformance tests check them against their schemas.
extension APIOperation {
    static let stats: JSONValue = [
        "position": "\(ExampleStory.epoch)-96", "at": "2026-11-05T10:00:00.412907Z", "orders": 9,
        "statuses": .members(OrderStatus.allCases.map { ($0.rawValue, .integer(counts[$0] ?? 0)) }),
        "shops": [["shop": "aurora", "orders": 7], ["shop": "borealis", "orders": 2]],
        "perMinute": [["minute": "2026-11-05T09:59:00Z", "events": 14, "placed": 2]],
        "timeInStatus": [
            "placed": [
                "visits": 9, "meanSeconds": 412, "p50Seconds": 300, "p90Seconds": 1080, "p95Seconds": 1400,
                "p99Seconds": 1710,
            ]
        ],
        "attention": [
            "orders": 1,
            "newest": [
                [
                    "orderId": "019a41c8-7d11-7c0e-a3b9-54c2f1d08e77", "shop": "aurora", "number": "AU-10007",
                    "status": "attention", "since": "2026-11-05T09:12:44.018224Z", "reasons": ["DeliveryFailed"],
                ]
            ],
        ],
    ]

    private static let counts: [OrderStatus: Int] = [.placed: 2, .preparing: 3, .delivered: 3, .attention: 1]

    static let projectionStates: JSONValue = [
        "projections": [
            [
                "name": "orders", "version": 1, "position": "\(ExampleStory.epoch)-96", "lag": 0, "lagSeconds": 0,
                "state": "active", "updatedAt": "2026-11-05T09:59:58.771031Z",
            ],
            [
                "name": "stats", "version": 2, "position": "\(ExampleStory.epoch)-94", "lag": 2,
                "lagSeconds": .number(JSONNumber(text: "0.038")),
                "state": "active", "updatedAt": "2026-11-05T09:59:58.740552Z",
            ],
        ],
        "position": "\(ExampleStory.epoch)-96",
    ]

    static let serviceStatus: JSONValue = [
        "version": "0.1.0", "startedAt": "2026-11-05T06:00:11.302214Z", "now": "2026-11-05T10:00:00.004310Z",
        "database": [
            "version": "15.14", "bytes": 52_428_800, "logBytes": 18_874_368,
            "measuredAt": "2026-11-05T09:59:52.117032Z",
        ],
        "failures": [
            [
                "level": "warning", "message": "the listening connection failed; trying again", "count": 3,
                "firstAt": "2026-11-05T08:12:40.551803Z", "lastAt": "2026-11-05T08:12:43.902771Z",
            ]
        ],
    ]

    static let replayStarted: JSONValue = [
        "name": "stats", "version": 3, "progress": .number(JSONNumber(text: "0.0000")),
    ]
}
