import Glibc
import Testing

@testable import EmbeddedPostgres

@Suite struct SupervisionValueTests {
    @Test func pausesGrowToTenSecondsAndStartOverAfterAHealthyMinute() {
        var backoff = RestartBackoff()
        let pauses = (0..<9).map { _ in backoff.delay(afterUptime: .seconds(1)) }
        #expect(pauses.first == .milliseconds(100))
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(pauses.last == .seconds(10))
        #expect(backoff.delay(afterUptime: .seconds(60)) == .milliseconds(100))
    }

    @Test func startGivesUpAfterAMinuteButLetsARecoveryGoOn() throws {
        let began = ContinuousClock.now
        let effort = StartEffort(began: began)
        try effort.checkPatience(isAlive: false, now: began + .seconds(59))
        #expect(throws: EmbeddedPostgresError.self) {
            try effort.checkPatience(isAlive: false, now: began + .seconds(60))
        }
        try effort.checkPatience(isAlive: true, now: began + .seconds(61))
    }

    @Test func orphanedBackendsGetTimeThenSignals() {
        let began = ContinuousClock.now
        let effort = StartEffort(began: began)
        #expect(effort.signalForOrphans(now: began + .seconds(1)) == nil)
        #expect(effort.signalForOrphans(now: began + .seconds(4)) == SIGQUIT)
        #expect(effort.signalForOrphans(now: began + .seconds(11)) == SIGKILL)
    }

    @Test func startIsRepeatedOnlyOverLeftovers() {
        let shared = "FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use"
        #expect(StartFailure(log: shared) == .leftovers)
        #expect(StartFailure(log: "FATAL:  lock file \"postmaster.pid\" already exists") == .leftovers)
        #expect(StartFailure(log: "FATAL:  could not map anonymous shared memory") == .lasting)
        #expect(StartFailure(log: "") == .lasting)
    }

    @Test func nameInProcStatMayHoldBracketsAndBlanks() throws {
        let rest = "S 7 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1"
        let fields = try #require(ProcessFacts.fields(ofStat: "12 (a) (b c) \(rest)"))
        #expect(fields == ("a) (b c", false, 7, 4242))
        #expect(ProcessFacts.fields(ofStat: "12 (a") == nil)
    }
}
