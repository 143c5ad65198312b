import Synchronization
import Testing

@testable import OrderLog

@Suite struct DurabilityWatermarkTests {
    private static let first = EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)])
    private let now = ContinuousClock.now

    private func promoted(at seq: Int64) -> EpochTable {
        EpochTable(Self.first.epochs + [Epoch(ordinal: 2, name: "bbbbbbbb", firstSeq: seq)])
    }

    private func watermark(received: Int64? = nil, head: Int64 = 10) -> DurabilityWatermark {
        var watermark = DurabilityWatermark()
        watermark.begin(Self.first, head: head, received: received)
        return watermark
    }

    @Test func nothingIsDurableBeforeAStandbyHasConfirmedALook() {
        var watermark = watermark()
        #expect(watermark.seq(in: Self.first) == nil)
        watermark.take(look: 1, at: now, seq: 10, written: 500, flushed: 499)
        #expect(watermark.seq(in: Self.first) == nil)
        watermark.take(look: 2, at: now, seq: 10, written: 500, flushed: nil)
        #expect(watermark.seq(in: Self.first) == nil)
    }

    @Test func aLookIsDurableOnceStandbysReachItsPosition() {
        var watermark = watermark()
        watermark.take(look: 1, at: now, seq: 10, written: 500, flushed: 400)
        watermark.take(look: 2, at: now, seq: 12, written: 600, flushed: 500)
        #expect(watermark.seq(in: Self.first) == 10)
        #expect(watermark.lookNumber == 1)
        watermark.take(look: 3, at: now, seq: 12, written: 620, flushed: 620)
        #expect(watermark.seq(in: Self.first) == 12)
        #expect(watermark.waitsSince == nil)
    }

    @Test func theOldestLookTellsTheLag() {
        var watermark = watermark()
        for number in 1...1000 {
            let at = now + .milliseconds(number)
            watermark.take(look: UInt64(number), at: at, seq: Int64(number), written: Int64(number), flushed: 0)
        }
        #expect(watermark.waitsSince == now + .milliseconds(1))
        watermark.take(look: 1001, at: now + .seconds(2), seq: 1001, written: 1001, flushed: 1000)
        #expect(watermark.seq(in: Self.first) == 1000)
    }

    @Test func aStandbyThatGoesAwayTakesNothingBack() {
        var watermark = watermark()
        watermark.take(look: 1, at: now, seq: 10, written: 500, flushed: 500)
        watermark.take(look: 2, at: now, seq: 11, written: 600, flushed: 400)
        watermark.take(look: 3, at: now, seq: 11, written: 600, flushed: nil)
        #expect(watermark.seq(in: Self.first) == 10)
    }

    @Test func positionsOfAFormerServerMeanNothingOnTheNextOne() {
        var watermark = watermark()
        watermark.take(look: 1, at: now, seq: 10, written: 500, flushed: 500)
        watermark.take(look: 2, at: now, seq: 12, written: 600, flushed: 500)
        let next = promoted(at: 11)
        watermark.begin(next, head: 10, received: 10)
        #expect(watermark.waitsSince == nil)
        watermark.take(look: 3, at: now, seq: 12, written: 560, flushed: 550)
        #expect(watermark.seq(in: next) == 10)
        #expect(watermark.seq(in: Self.first) == 10)
    }

    @Test func eventsThatTheNextServerLacksAreNoLongerDurable() {
        var watermark = watermark()
        watermark.take(look: 1, at: now, seq: 20, written: 500, flushed: 500)
        let next = promoted(at: 11)
        watermark.begin(next, head: 10, received: 10)
        #expect(watermark.seq(in: next) == 10)
        // Other events with the same numbers, read before the session of the watch has changed servers.
        var stale = self.watermark()
        stale.take(look: 1, at: now, seq: 20, written: 500, flushed: 500)
        #expect(stale.seq(in: next) == 10)
    }

    @Test func aPromotedServerVouchesForWhatItHadReceived() {
        let next = promoted(at: 31)
        var watermark = DurabilityWatermark()
        watermark.begin(next, head: 40, received: 30)
        #expect(watermark.seq(in: next) == 30)
        watermark.begin(next, head: 45, received: 30)
        #expect(watermark.seq(in: next) == 30)
    }

    @Test func aSessionOfTheSameServerKeepsTheLooks() {
        var watermark = watermark()
        watermark.take(look: 1, at: now, seq: 10, written: 500, flushed: 400)
        watermark.begin(Self.first, head: 10, received: nil)
        watermark.take(look: 2, at: now, seq: 11, written: 600, flushed: 500)
        #expect(watermark.seq(in: Self.first) == 10)
    }

    // MARK: Waits

    @Test func waitsEndInTheirOrderOnceTheyAreReached() {
        var (watermark, waits) = (watermark(), DurabilityWaits())
        let ended = Mutex<[String]>([])
        func wait(_ name: String, _ goal: DurabilityWaits.Goal, seconds: Int? = nil) {
            waits.add(goal, at: now, until: seconds.map { now + .seconds($0) }, byteCount: 100) { isDurable in
                ended.withLock { $0.append("\(name) \(isDurable)") }
            }
        }
        wait("a", .events(through: 10, Self.first))
        wait("b", .events(through: 12, Self.first), seconds: 5)
        wait("c", .look(2, Self.first))
        wait("d", .look(1, promoted(at: 11)))
        watermark.take(look: 1, at: now, seq: 11, written: 500, flushed: 500)
        for end in waits.takeEnded(by: watermark, at: now) { end.body(end.isDurable) }
        #expect(ended.withLock { $0 } == ["a true"])
        watermark.take(look: 2, at: now, seq: 11, written: 550, flushed: 550)
        for end in waits.takeEnded(by: watermark, at: now + .seconds(5)) { end.body(end.isDurable) }
        #expect(ended.withLock { $0 } == ["a true", "b false", "c true"])
        #expect(waits.byteCount == 100)
        for end in waits.takeAll(at: now) { end.body(end.isDurable) }
        #expect(ended.withLock { $0.last } == "d false")
        #expect(waits.isEmpty && waits.byteCount == 0)
    }

    // MARK: Outages

    @Test func commandsAreRefusedOnceNoStandbyHasBeenThereForAWhile() {
        var outage = DurabilityOutage(at: now)
        #expect(outage.reason(at: now + .seconds(4), waitsSince: nil) == nil)
        #expect(outage.reason(at: now + .seconds(6), waitsSince: nil) == .unknown)
        outage.looked(at: now + .seconds(6), standbys: 0)
        outage.looked(at: now + .seconds(7), standbys: 0)
        #expect(outage.reason(at: now + .seconds(7), waitsSince: nil) == nil)
        #expect(outage.reason(at: now + .seconds(8), waitsSince: nil) == .noStandby)
        outage.looked(at: now + .seconds(9), standbys: 1)
        #expect(outage.reason(at: now + .seconds(9), waitsSince: now + .seconds(8)) == nil)
        #expect(outage.reason(at: now + .seconds(10), waitsSince: now + .seconds(8)) == .standbyBehind)
    }

    @Test func looksAreCloseWhereStandbysAreNear() {
        #expect(LookPace.idle == .seconds(1) && LookPace.lagging == .milliseconds(100))
        #expect(LookPace.pause(afterWaiting: .zero) == .milliseconds(1))
        #expect(LookPace.pause(afterWaiting: .milliseconds(80)) == .milliseconds(10))
        #expect(LookPace.pause(afterWaiting: .seconds(60)) == .milliseconds(100))
    }
}
