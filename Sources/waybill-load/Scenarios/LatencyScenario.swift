import ArgumentParser

struct LatencyScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency",
        abstract: "Measure the time from commit to frame: events at a fixed rate to many streams.",
        discussion: """
            The age of each frame on arrival, counted from its recordedAt. That time is taken before the
            commit, so the commit is included. Events are published by the clock, independently of responses.
            """
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var report: ReportOptions

    @Option(help: "Streams on all orders.")
    var subscribers = 100

    @Option(help: "Events per second.")
    var rate = 200

    @Option(help: "Seconds to measure in each run.")
    var seconds = 10.0

    func validate() throws {
        guard (1...60_000).contains(subscribers), rate > 0, seconds > 0 else {
            throw ValidationError("--subscribers must be 1 to 60000; --rate and --seconds must be positive")
        }
    }

    func run() async throws {
        let result = try await service.with { service, _ in
            var result = try await Report(
                scenario: "latency",
                summary: "\(rate) events/s to \(subscribers) streams",
                machine: .current(of: service)
            )
            let bench = FanoutBench(service: service, seconds: seconds, warmUp: 1)
            let pace = try FanoutPace("\(rate)", window: 1)
            for run in 1...report.runs {
                ReportOptions.progress("run \(run) of \(report.runs)")
                _ = try await bench.measure(streams: subscribers, pace: pace, into: &result)
            }
            result.selections = [
                .init(
                    title: "From recordedAt to the frame's arrival",
                    names: ["p50", "p90", "p99", "max"].map { "since recordedAt, \(pace.name) \($0)" }
                )
            ]
            return result
        }
        try report.publish(result)
    }
}
