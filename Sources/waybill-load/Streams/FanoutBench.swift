import Access
import Foundation

/// The service and its peers under the same streams, by the same client.
struct FanoutBench: Sendable {
    let service: Service
    let seconds: Double
    let warmUp: Double

    /// Measures the service.
    ///
    /// - Returns: frames that it sent.
    func measure(_ count: Int, _ pace: FanoutPace, _ report: inout Report) async throws -> [RecordedFrame] {
        let (backend, staff) = (try await service.token(.backend), try await service.token(.staff))
        let port = service.port
        let plan = FanoutDriver.Plan(
            target: .waybill(port: port, token: staff),
            subscribers: count,
            pace: pace.pace,
            warmUp: warmUp,
            seconds: seconds,
            server: service.pid,
            recording: 1 << 20,
            followsCommits: pace.isByTheClock
        )
        let idle = ProcessUsage.resident(service.pid).now
        let databaseBefore = ProcessUsage.cpuOfFamily(service.postmaster)
        let outcome = try await Threads.one {
            try FanoutDriver(plan) { _ in try BulkPublisher(port: port, token: backend) }.run()
        }
        let database = ProcessUsage.cpuOfFamily(service.postmaster) - databaseBefore
        let subject = "waybill, \(NumberFormat.text(Double(count)))"
        add(outcome, subject, pace, &report)
        report.add(subject, "CPU of PostgreSQL, \(pace.name)", database / (warmUp + seconds) * 100, "% of a core")
        report.add(subject, "memory before, \(pace.name)", Double(idle) / 1e6, "MB")
        report.add(subject, "memory after, \(pace.name)", Double(ProcessUsage.resident(service.pid).now) / 1e6, "MB")
        guard !outcome.frames.isEmpty else { throw LoadFailure("the service has sent no frames") }
        return outcome.frames
    }

    /// Measures a peer with those frames.
    func measure(
        _ peer: StreamPeer,
        _ count: Int,
        _ pace: FanoutPace,
        _ frames: [RecordedFrame],
        _ report: inout Report
    ) async throws {
        let requests = frames.map(peer.request)
        let plan = FanoutDriver.Plan(
            target: peer.target,
            subscribers: count,
            pace: pace.pace,
            warmUp: warmUp,
            seconds: seconds,
            server: peer.pid
        )
        let outcome = try await Threads.one {
            try FanoutDriver(plan) { _ in try PostPublisher(port: peer.target.port, requests: requests) }.run()
        }
        add(outcome, "\(peer.name), \(NumberFormat.text(Double(count)))", pace, &report)
    }

    private func add(_ outcome: FanoutDriver.Outcome, _ subject: String, _ pace: FanoutPace, _ report: inout Report) {
        report.add(subject, "deliveries, \(pace.name)", outcome.rate, "/s")
        report.add(subject, "events, \(pace.name)", Double(outcome.published) / (warmUp + seconds), "/s")
        report.add(subject, "CPU of the server each, \(pace.name)", outcome.cpuEach, "µs")
        report.add(outcome.latency, subject, "\(pace.name)")
        report.add(outcome.age, subject, "since recordedAt, \(pace.name)")
        report.add(subject, "bytes each, \(pace.name)", Double(outcome.bytes) / Double(max(outcome.deliveries, 1)), "B")
        report.add(subject, "opening, \(pace.name)", outcome.opening, "s")
        report.add(subject, "missing or ended, \(pace.name)", Double(outcome.missing + outcome.ended), "")
    }
}
