import Logging
import Postgres
import Testing

@testable import OrderLog

@Suite struct StandbyWatchTests {
    private static let history = EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)])
    private let watch: StandbyWatch

    init() throws {
        let configuration = try PostgresConfiguration(connectionString: "host=standby.example")
        watch = StandbyWatch(configuration: configuration, registry: EpochRegistry(), logger: Logger(label: "tests"))
    }

    /// A wait that begins while looks are under way needs no further look once it is over.
    @Test func aWaitThatIsOverLeavesNoWakeUp() async {
        watch.whenDurable(through: 1, in: Self.history, until: .now) { _ in }
        // The deadline has passed.
        watch.sessionBegan(Self.history, head: 0, received: nil)
        guard case .whenWoken(let time) = watch.nextLook() else {
            Issue.record("the watch does not rest")
            return
        }
        #expect(time == .seconds(1))
        let began = ContinuousClock.now
        await watch.rest(for: .milliseconds(200))
        #expect(ContinuousClock.now - began >= .milliseconds(190))
    }

    @Test func aWaitEndsTheRest() async {
        guard case .whenWoken = watch.nextLook() else {
            Issue.record("the watch does not rest")
            return
        }
        let began = ContinuousClock.now
        watch.whenDurable(through: 1, in: Self.history, until: nil) { _ in }
        await watch.rest(for: .seconds(60))
        #expect(ContinuousClock.now - began < .seconds(30))
        guard case .after(let pause) = watch.nextLook() else {
            Issue.record("nobody looks for the one that waits")
            return
        }
        #expect(pause <= .milliseconds(100))
    }
}
