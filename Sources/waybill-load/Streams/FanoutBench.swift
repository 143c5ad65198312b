import Access
import Foundation

/// A measurement of the service and its peers with the same streams and the same client.
struct FanoutBench: Sendable {
    let service: Service
    let seconds: Double
    let warmUp: Double
    /// The servers of the streams; empty where the service itself is the only one.
    var edges: [FanoutEdge] = []

    /// Measures the service, or its edges where there are some.
    ///
    /// - Parameters:
    ///   - streams: the number of streams.
    ///   - pace: the pace of publishing.
    ///   - report: receives the figures.
    /// - Returns: frames that the service sent.
    func measure(streams: Int, pace: FanoutPace, into report: inout Report) async throws -> [RecordedFrame] {
        let (backend, staff) = (try await service.token(.backend), try await service.token(.staff))
        let port = service.port
        var target = StreamTarget.waybill(port: edges.first?.port ?? port, token: staff)
        target.otherPorts = edges.dropFirst().map(\.port)
        let plan = FanoutDriver.Plan(
            target: target,
            subscribers: streams,
            pace: pace.pace,
            warmUp: warmUp,
            seconds: seconds,
            servers: edges.isEmpty ? [service.pid] : edges.map(\.pid),
            recording: 1 << 20,
            measuresAges: pace.isByTheClock
        )
        let idle = ProcessUsage.resident(service.pid).now
        let databaseBefore = ProcessUsage.cpuWithChildren(service.postmaster)
        let outcome = try await BlockingWork.run {
            try FanoutDriver(plan) { _ in try BulkPublisher(port: port, token: backend) }.run()
        }
        let database = ProcessUsage.cpuWithChildren(service.postmaster) - databaseBefore
        let subject = "waybill, \(NumberFormat.text(Double(streams)))"
        add(outcome, subject, pace, &report)
        report.add(
            "CPU of PostgreSQL, \(pace.name)",
            of: subject,
            database / (warmUp + seconds) * 100,
            unit: "% of a core"
        )
        report.add("memory before, \(pace.name)", of: subject, Double(idle) / 1e6, unit: "MB")
        report.add(
            "memory after, \(pace.name)",
            of: subject,
            Double(ProcessUsage.resident(service.pid).now) / 1e6,
            unit: "MB"
        )
        guard !outcome.frames.isEmpty else {
            throw LoadFailure("the service has sent no frames to compare peers with; measure for longer")
        }
        return outcome.frames
    }

    /// Measures a peer with frames that the service sent.
    func measure(
        _ peer: StreamPeer,
        frames: [RecordedFrame],
        streams: Int,
        pace: FanoutPace,
        into report: inout Report
    ) async throws {
        let requests = frames.map(peer.request)
        let plan = FanoutDriver.Plan(
            target: peer.target,
            subscribers: streams,
            pace: pace.pace,
            warmUp: warmUp,
            seconds: seconds,
            servers: [peer.pid]
        )
        let outcome = try await BlockingWork.run {
            try FanoutDriver(plan) { _ in try PostPublisher(port: peer.target.port, requests: requests) }.run()
        }
        add(outcome, "\(peer.name), \(NumberFormat.text(Double(streams)))", pace, &report)
    }

    private func add(_ outcome: FanoutDriver.Outcome, _ subject: String, _ pace: FanoutPace, _ report: inout Report) {
        report.add("deliveries, \(pace.name)", of: subject, outcome.rate, unit: "/s")
        report.add("events, \(pace.name)", of: subject, Double(outcome.published) / (warmUp + seconds), unit: "/s")
        report.add("CPU of the server each, \(pace.name)", of: subject, outcome.cpuEach, unit: "µs")
        report.add(outcome.latency, of: subject, as: "\(pace.name)")
        report.add(outcome.age, of: subject, as: "since recordedAt, \(pace.name)")
        report.add(
            "bytes each, \(pace.name)",
            of: subject,
            Double(outcome.bytes) / Double(max(outcome.deliveries, 1)),
            unit: "B"
        )
        report.add("opening, \(pace.name)", of: subject, outcome.opening, unit: "s")
        report.add("missing or ended, \(pace.name)", of: subject, Double(outcome.missing + outcome.ended), unit: "")
    }
}
