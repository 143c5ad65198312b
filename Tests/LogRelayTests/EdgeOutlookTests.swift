import OrderLog
import Postgres
import Redis
import Telemetry
import TestSupport
import Testing

@testable import LogRelay

/// The questions of an edge for positions that its replica does not have.
@Suite struct EdgeOutlookTests {
    private let history = Events.history(("aaaaaaaa", 1))

    @Test func questionThatRedisDoesNotTakeIsGivenUpInTime() async throws {
        let registry = EpochRegistry(followsOnly: true)
        registry.replace(with: history)
        try await withSilentServer { port in
            var redis = RedisConfiguration(hosts: [RedisHost("127.0.0.1", port: port)])
            redis.connectTimeout = .seconds(60)
            let outlook = EdgeOutlook(
                registry: registry,
                codec: RelayCodec(secret: [1]),
                redis: redis,
                metrics: try EdgeMetrics(MetricsRegistry())
            )
            let began = ContinuousClock.now
            await #expect(throws: PostgresError.self) {
                try await outlook.check(LogPosition(epoch: "aaaaaaaa", seq: 9), seen: 1) {
                    throw PostgresError.replicaBehind
                }
            }
            #expect(ContinuousClock.now - began < .seconds(30))
            await outlook.close()
        }
    }
}
