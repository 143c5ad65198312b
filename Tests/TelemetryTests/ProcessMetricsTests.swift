import Foundation
import Testing

@testable import Telemetry

@Suite struct ProcessMetricsTests {
    private func values() throws -> [String: Double] {
        let registry = MetricsRegistry()
        try ProcessMetrics.register(in: registry)
        let samples = registry.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
        return Dictionary(
            uniqueKeysWithValues: samples.map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0]), Double(parts[1]) ?? .nan)
            }
        )
    }

    @Test func processorTimeGrowsWithWork() throws {
        let before = try #require(try values()["process_cpu_seconds_total"])
        var sum = 0.0
        repeat {
            for number in 0..<100_000 { sum += Double(number).squareRoot() }
        } while try #require(try values()["process_cpu_seconds_total"]) <= before
        #expect(sum > 0 && before > 0)
    }

    @Test func residentMemoryIsOfThisProcess() throws {
        let bytes = try #require(try values()["process_resident_memory_bytes"])
        #expect((1e6..<1e12).contains(bytes))
    }

    @Test func startIsBeforeNowAndTheSameEachTime() throws {
        let (first, second) = (try values()["process_start_time_seconds"], try values()["process_start_time_seconds"])
        let now = Date().timeIntervalSince1970
        let start = try #require(first)
        // The system counts in hundredths of a second.
        #expect(start < now && start > now - 86_400 && abs(start - (second ?? 0)) < 0.05)
    }
}
