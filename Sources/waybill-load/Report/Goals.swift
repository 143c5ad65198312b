/// The goals of the service on two cores that the load shares, beside what the published runs measured.
enum Goals {
    /// One goal, and where its figure is found.
    struct Goal: Sendable {
        var name: String
        /// The section of the page whose figures have it.
        var section: String
        var unit: String
        /// The limit, which a figure reaches from above unless `isAtLeast`.
        var limit: Double
        var isAtLeast = false
        /// Finds the figure; nil where it was not measured.
        var value: @Sendable (Report) -> Double?
    }

    /// The median of a figure.
    private static func figure(_ name: String, of subject: String) -> @Sendable (Report) -> Double? {
        { $0.median(name, of: subject) }
    }

    /// The median of a figure of one subject as a multiple of the same figure of another.
    private static func ratio(_ name: String, of subject: String, to other: String) -> @Sendable (Report) -> Double? {
        { report in
            guard let value = report.median(name, of: subject), let base = report.median(name, of: other) else {
                return nil
            }
            return value / base
        }
    }

    static let all: [Goal] = commands + streams + reads

    private static let commands: [Goal] = [
        .init(
            name: "single commands by 64 connections",
            section: "commands",
            unit: "/s",
            limit: 8000,
            isAtLeast: true,
            value: figure("rate", of: "waybill")
        ),
        .init(
            name: "… beside pgbench's event and NOTIFY",
            section: "commands",
            unit: "×",
            limit: 3,
            isAtLeast: true,
            value: figure("ratio", of: "waybill : pgbench")
        ),
        .init(
            name: "… processor time of the service",
            section: "commands",
            unit: "µs",
            limit: 90,
            value: figure("CPU of the service, each", of: "waybill")
        ),
        .init(
            name: "a command's time at half that rate, p50",
            section: "commands",
            unit: "ms",
            limit: 4,
            value: figure("latency p50", of: "waybill, open loop at half")
        ),
        .init(
            name: "… p99",
            section: "commands",
            unit: "ms",
            limit: 15,
            value: figure("latency p99", of: "waybill, open loop at half")
        ),
        .init(
            name: "events by one bulk request",
            section: "bulk",
            unit: "/s",
            limit: 20_000,
            isAtLeast: true,
            value: figure("events", of: "waybill, bulk")
        ),
        .init(
            name: "… with single commands beside it",
            section: "bulk",
            unit: "/s",
            limit: 20_000,
            isAtLeast: true,
            value: figure("events", of: "waybill, bulk with singles")
        ),
        .init(
            name: "events replayed",
            section: "replay",
            unit: "/s",
            limit: 150_000,
            isAtLeast: true,
            value: figure("events", of: "waybill replay")
        ),
    ]

    private static let streams: [Goal] =
        [
            .init(
                name: "commit to frame, 100 streams, 200 events/s, p50",
                section: "latency",
                unit: "ms",
                limit: 1.5,
                value: figure("since recordedAt, 200 events/s p50", of: "waybill, 100")
            ),
            .init(
                name: "… p99",
                section: "latency",
                unit: "ms",
                limit: 4,
                value: figure("since recordedAt, 200 events/s p99", of: "waybill, 100")
            ),
            .init(
                name: "1,000 streams, 50 events/s, p50, beside nchan's",
                section: "fanout-load",
                unit: "×",
                limit: 1,
                value: ratio("50 events/s p50", of: "waybill, 1,000", to: "nchan, 1,000")
            ),
            .init(
                name: "… p99",
                section: "fanout-load",
                unit: "ms",
                limit: 10,
                value: figure("50 events/s p99", of: "waybill, 1,000")
            ),
        ]
        + ["1,000", "5,000", "15,000"].map { count in
            .init(
                name: "processor time of a delivery to \(count) streams, beside nchan's",
                section: "fanout",
                unit: "×",
                limit: 0.65,
                value: ratio("CPU of the server each, closed", of: "waybill, \(count)", to: "nchan, \(count)")
            )
        }
        + [
            .init(
                name: "15,000 streams opened with one token, beside nchan's time",
                section: "storm",
                unit: "×",
                limit: 1.2,
                value: ratio("opening", of: "waybill, all orders, one token", to: "nchan, one channel")
            ),
            .init(
                name: "… with a token each",
                section: "storm",
                unit: "×",
                limit: 2,
                value: ratio("opening", of: "waybill, one order and token each", to: "nchan, one channel")
            ),
            .init(
                name: "the slowest command meanwhile, one token",
                section: "storm",
                unit: "ms",
                limit: 50,
                value: figure("commands max", of: "waybill, all orders, one token")
            ),
            .init(
                name: "… with a token each",
                section: "storm",
                unit: "ms",
                limit: 50,
                value: figure("commands max", of: "waybill, one order and token each")
            ),
            .init(
                name: "memory of an idle stream over TLS, HTTP/1.1",
                section: "secure",
                unit: "kB",
                limit: 12,
                value: figure("memory of an idle stream", of: "TLS, HTTP/1.1")
            ),
            .init(
                name: "… HTTP/2",
                section: "secure",
                unit: "kB",
                limit: 4,
                value: figure("memory of an idle stream", of: "TLS, HTTP/2, 100 streams a connection")
            ),
        ]

    private static let reads: [Goal] =
        [
            .init(
                name: "list by tracking number among 1,000,000 orders, p99",
                section: "list",
                unit: "ms",
                limit: 3,
                value: figure("p99", of: "waybill: by tracking number")
            ),
            .init(
                name: "… of a carrier, p99",
                section: "list",
                unit: "ms",
                limit: 3,
                value: figure("p99", of: "waybill: of a carrier")
            ),
        ]
        + ["all orders", "one order", "a customer"].map { stream in
            .init(
                name: "return from anywhere to \(stream), p99 at 10,000,000 events beside 100,000",
                section: "growth",
                unit: "×",
                limit: 1.5,
                value: figure("return from anywhere to \(stream), p99", of: "long : short")
            )
        }

    /// The goals with their figures as a Markdown section. Goals without a figure are left out.
    ///
    /// - Parameter report: gives a section's figures; nil where there are none.
    static func markdown(_ report: (String) throws -> Report?) rethrows -> String {
        var rows: [[String]] = []
        for goal in all {
            guard let value = try report(goal.section).flatMap(goal.value) else { continue }
            let isReached = goal.isAtLeast ? value >= goal.limit : value <= goal.limit
            rows.append([
                goal.name, "\(NumberFormat.text(value)) \(goal.unit)",
                "\(goal.isAtLeast ? "≥" : "≤") \(NumberFormat.text(goal.limit)) \(goal.unit)",
                isReached ? "reached" : "missed", "`Scripts/bench \(goal.section)`",
            ])
        }
        let table = TextTable(header: ["", "measured", "goal", "", "by"], rows: rows, numeric: [1, 2])
        return """
            ## Goals

            What the service is meant to do on two cores, with the load beside it. Figures are the medians of the runs of
            the sections below.

            \(table.markdown)
            """
    }
}
