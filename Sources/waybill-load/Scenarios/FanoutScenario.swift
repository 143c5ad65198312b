import Access
import ArgumentParser
import Foundation

struct FanoutScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fanout",
        abstract: "Measure one event to many streams: deliveries per second, CPU and latency.",
        discussion: """
            Streams on all orders, read by one thread that counts frames. Events are published by the service's bulk
            route, as fast as the streams accept them (--pace saturated), one at a time (closed), or by the clock
            (events per second).

            Peers publish the frames that the service has sent, with the same client: nchan (nginx, one worker) and a
            bare epoll loop. nchan stores nothing on disk. The service's events are durable before they are sent, so its
            latency includes the commit.
            """
    )

    @OptionGroup var service: ServiceOptions
    @OptionGroup var report: ReportOptions

    @Option(parsing: .upToNextOption, help: "Numbers of streams, each measured separately.")
    var subscribers = [1000]

    @Option(parsing: .upToNextOption, help: "Paces: saturated, closed, or events per second; each measured separately.")
    var pace = ["saturated"]

    @Option(help: "Greatest number of events under way when saturated.")
    var window = 1000

    @Option(help: "Seconds to measure in each run.")
    var seconds = 5.0

    @Option(help: "Seconds of load before the measured time.")
    var warmUp = 1.0

    @Option(
        parsing: .upToNextOption,
        help: "Edges of the service, each as PORT/PID, to which the streams are opened instead."
    )
    var edge: [FanoutEdge] = []

    @Flag(help: "Measure nchan too.")
    var nchan = false

    @Flag(help: "Measure a bare epoll loop too.")
    var epoll = false

    func validate() throws {
        guard subscribers.allSatisfy({ (1...60_000).contains($0) }) else {
            throw ValidationError("--subscribers must be 1 to 60000")
        }
        guard window > 0, seconds > 0, warmUp >= 0 else {
            throw ValidationError("--window, --seconds and --warm-up must be positive")
        }
        guard edge.isEmpty || service.port != nil else { throw ValidationError("--edge needs --port") }
        for text in pace { _ = try FanoutPace(text, window: window) }
    }

    func run() async throws {
        let paces = try pace.map { try FanoutPace($0, window: window) }
        let result = try await service.with { service, workDirectory in
            let bench = FanoutBench(service: service, seconds: seconds, warmUp: warmUp, edges: edge)
            var result = try await Report(
                scenario: "fanout",
                summary: "real frames to streams on all orders, one reading thread",
                machine: .current(of: service)
            )
            for run in 1...report.runs {
                var frames: [RecordedFrame] = []
                for count in subscribers {
                    for pace in paces {
                        ReportOptions.progress("run \(run) of \(report.runs): \(count) streams, \(pace.name)")
                        frames = try await bench.measure(streams: count, pace: pace, into: &result)
                        try await measurePeers(
                            streams: count,
                            pace: pace,
                            frames: frames,
                            bench,
                            workDirectory,
                            into: &result
                        )
                    }
                }
            }
            for pace in paces {
                let label = pace.name.prefix(1).uppercased() + pace.name.dropFirst()
                result.charts.append(.init(title: "\(label): deliveries a second", name: "deliveries, \(pace.name)"))
                let names = ["deliveries", "CPU of the server each"].map { "\($0), \(pace.name)" }
                let ages = pace.isByTheClock ? ["p50", "p99"].map { "since recordedAt, \(pace.name) \($0)" } : []
                let latencies = ["\(pace.name) p50", "\(pace.name) p99"] + ages
                result.selections.append(
                    .init(title: String(label), names: names + latencies + ["missing or ended, \(pace.name)"])
                )
            }
            return result
        }
        try report.publish(result)
    }

    private func measurePeers(
        streams count: Int,
        pace: FanoutPace,
        frames: [RecordedFrame],
        _ bench: FanoutBench,
        _ workDirectory: String,
        into result: inout Report
    ) async throws {
        var copy = result
        if nchan {
            try await StreamPeer.withNchan(workDirectory) {
                try await bench.measure($0, frames: frames, streams: count, pace: pace, into: &copy)
            }
        }
        if epoll {
            try await StreamPeer.withEpoll(workDirectory) {
                try await bench.measure($0, frames: frames, streams: count, pace: pace, into: &copy)
            }
        }
        result = copy
    }
}
