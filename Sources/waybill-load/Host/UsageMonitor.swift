import Foundation
import Synchronization

/// A monitor of the CPU and memory of the service, its database and this program during a measurement.
final class UsageMonitor: Sendable {
    /// The CPU in seconds and the memory in bytes.
    struct Usage: Sendable {
        var elapsed = 0.0
        var service = 0.0
        var database = 0.0
        var client = 0.0
        var residentPeak = 0
        var residentFinal = 0
        /// The resident memory of the service, sampled each half second.
        var residentSeries: [Int] = []
        var databaseMemory = 0

        /// The median of the service's memory in the second half of the time less that in the first, in bytes: growth
        /// shows, and a peak does not. Nil after a short time.
        var residentGrowth: Double? {
            guard residentSeries.count >= 8 else { return nil }
            let half = residentSeries.count / 2
            let (first, second) = (residentSeries[..<half].map(Double.init), residentSeries[half...].map(Double.init))
            return Report.median(second) - Report.median(first)
        }

        /// CPU seconds as a percentage of one core.
        func percent(_ cpu: Double) -> Double { elapsed > 0 ? cpu / elapsed * 100 : 0 }
    }

    private let service: Service
    private let series = Mutex<[Int]>([])

    private init(_ service: Service) {
        self.service = service
    }

    /// Measures while `body` runs.
    static func during<R: Sendable>(
        _ service: Service,
        _ body: @Sendable @escaping () async throws -> R
    ) async throws -> (R, Usage) {
        let monitor = UsageMonitor(service)
        try ProcessUsage.resetPeak(service.pid)
        let before = monitor.cpu()
        let started = Clock.now()
        let result = try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while !Task.isCancelled {
                    let resident = ProcessUsage.resident(service.pid).now
                    monitor.series.withLock { $0.append(resident) }
                    do {
                        try await Task.sleep(for: .milliseconds(500))
                    } catch {
                        return nil
                    }
                }
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else {
                throw LoadFailure("the measurement ended without a result")
            }
            return result
        }
        let after = monitor.cpu()
        var usage = Usage()
        usage.elapsed = (Clock.now() - started).seconds
        (usage.service, usage.database) = (after.service - before.service, after.database - before.database)
        usage.client = after.client - before.client
        (usage.residentFinal, usage.residentPeak) = ProcessUsage.resident(service.pid)
        usage.residentSeries = monitor.series.withLock { $0 }
        usage.databaseMemory = ProcessUsage.proportional(service.postmaster)
        return (result, usage)
    }

    private func cpu() -> (service: Double, database: Double, client: Double) {
        (
            ProcessUsage.cpu(service.pid), ProcessUsage.cpuWithChildren(service.postmaster), ProcessUsage.cpu(getpid())
        )
    }
}
