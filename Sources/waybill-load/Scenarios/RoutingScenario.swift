import ArgumentParser

struct RoutingScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "routing",
        abstract: "Measure how fast an event reaches its order's stream among few and among many streams.",
        discussion: """
            Opens streams of single orders on a hub and a lane in this program, each with a socket pair for its client,
            without HTTP and PostgreSQL. Then events are published, each for an order at random, the next one when the
            last one's frame has arrived. Each stream takes two descriptors. Then the lane's index alone is measured,
            without sockets, with more streams.
            """
    )

    @OptionGroup var report: ReportOptions

    @Option(parsing: .upToNextOption, help: "Numbers of open streams, the fewest first.")
    var streams = [100, 9000]

    @Option(parsing: .upToNextOption, help: "Numbers of streams in the index without sockets, the fewest first.")
    var indexed = [100, 100_000]

    @Option(help: "Events to publish in each run.")
    var events = 50_000

    func validate() throws {
        guard !streams.isEmpty, !indexed.isEmpty, (streams + indexed).allSatisfy({ (1...1_000_000).contains($0) }),
            events > 0
        else {
            throw ValidationError("--streams and --indexed must be 1 to 1000000 each; --events must be positive")
        }
    }

    func run() async throws {
        var result = Report(
            scenario: "routing",
            summary: "events for one order among many streams of single orders",
            machine: .current(postgres: nil)
        )
        for run in 1...report.runs {
            for count in streams {
                ReportOptions.progress("run \(run) of \(report.runs): \(count) streams")
                let outcome = try await RoutingBench(streams: count, events: events).run()
                let subject = "\(NumberFormat.text(Double(count))) streams"
                result.add("event to frame, mean", of: subject, outcome.mean, unit: "µs")
                result.add("event to frame, p50", of: subject, outcome.latency.percentile(50) * 1000, unit: "µs")
                result.add("event to frame, p99", of: subject, outcome.latency.percentile(99) * 1000, unit: "µs")
                result.add("CPU of all, an event", of: subject, outcome.processor, unit: "µs")
            }
            for count in indexed {
                let events = events
                let index = try await BlockingWork.run { RoutingIndex(streams: count) }
                let nanoseconds = try await BlockingWork.run { try index.measureLookups(events) }
                result.add(
                    "found in the index",
                    of: "\(NumberFormat.text(Double(count))) streams",
                    nanoseconds / 1000,
                    unit: "µs"
                )
            }
        }
        addRatios(streams, &result)
        addRatios(indexed, &result)
        let names = result.figures.reduce(into: [String]()) { if !$0.contains($1.name) { $0.append($1.name) } }
        result.selections = [.init(title: "An event for one order", names: names, isUpright: true)]
        try report.publish(result)
    }

    private func addRatios(_ counts: [Int], _ result: inout Report) {
        guard let first = counts.first, let last = counts.last, first != last else { return }
        let (few, many) = ("\(NumberFormat.text(Double(first))) streams", "\(NumberFormat.text(Double(last))) streams")
        for figure in result.figures where figure.subject == many && figure.unit == "µs" {
            guard let before = result.median(figure.name, of: few), before > 0 else { continue }
            result.add(figure.name, of: "many : few", figure.median / before, unit: "×")
        }
    }
}
