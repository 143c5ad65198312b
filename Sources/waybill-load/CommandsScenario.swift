import Access
import ArgumentParser
import Foundation

struct CommandsScenario: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "commands",
        abstract: "Single commands by POST, closed loop: each connection sends the next when the last is answered."
    )

    @OptionGroup var target: Target

    @Option(help: "Connections, each a thread.")
    var connections = 64

    @Option(help: "Seconds to measure.")
    var seconds = 10

    func run() async throws {
        let token = try await target.token(.backend)
        let (port, seconds) = (target.port, seconds)
        let started = ContinuousClock.now
        let results = try await Threads.run(connections) { _ in
            try Self.send(port: port, token: token, until: started + .seconds(seconds))
        }
        let elapsed = started.duration(to: .now) / .seconds(1)
        let latencies = Percentiles(results.flatMap { $0 })
        print(
            "commands: \(latencies.count) in \((elapsed * 10).rounded() / 10) s, \(Int(Double(latencies.count) / elapsed))/s"
        )
        print("latency: \(latencies.summary)")
    }

    private static func send(port: Int, token: String, until deadline: ContinuousClock.Instant) throws -> [Double] {
        var connection = try RawConnection(port: port)
        defer { connection.close() }
        var mix = OrderMix(token: token)
        var latencies: [Double] = []
        while true {
            let sent = ContinuousClock.now
            guard sent < deadline else { return latencies }
            guard let request = mix.next() else {
                mix = OrderMix(token: token)
                continue
            }
            try connection.send(request)
            let (status, body) = try connection.response()
            guard status < 300 else {
                throw RawConnection.Failure(description: "\(status): \(String(decoding: body, as: UTF8.self))")
            }
            latencies.append(sent.duration(to: .now) / .milliseconds(1))
        }
    }
}
