import OrderLog
import Testing

@testable import LogRelay

/// The times at which an edge reads its database, trusts Redis, and looks for another host.
@Suite struct EdgeTailStateTests {
    private let first = Events.history(("aaaaaaaa", 1))
    private let second = Events.history(("aaaaaaaa", 1), ("bbbbbbbb", 81))
    private let start = ContinuousClock.now

    /// A state that has just read the database up to an event.
    private func state(_ seq: Int64) -> EdgeTailState {
        var state = EdgeTailState()
        state.begin(EdgeCursor(after: seq, in: first, databaseHead: seq))
        read(&state, seq, at: start)
        return state
    }

    private func read(_ state: inout EdgeTailState, _ seq: Int64, at now: ContinuousClock.Instant) {
        let page = FollowedPage(events: [], history: first, head: seq, isCut: false)
        _ = state.take(page, after: seq, told: seq, at: now)
    }

    private func heartbeat(_ head: Int64, _ history: EpochTable) -> RelayMessage {
        RelayMessage(history: HistoryProof(history), head: head, sentAt: 0, content: .heartbeat)
    }

    private func after(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test func databaseIsReadEachSecondWhileRedisBringsMessages() {
        var state = state(80)
        #expect(state.isReadDue(at: after(100)))
        _ = state.take(heartbeat(80, first), at: after(100))
        #expect(!state.isReadDue(at: after(900)))
        #expect(state.isReadDue(at: after(1000)))
        _ = state.take(heartbeat(81, first), at: after(1000))
        #expect(state.isReadDue(at: after(1000)))
    }

    @Test func messagesOfAnotherHistoryDoNotReadTheDatabaseEachTime() {
        var state = state(80)
        let first = state.take(heartbeat(90, second), at: after(150))
        #expect(first?.need == .otherHistory)
        read(&state, 80, at: after(160))
        for moment in stride(from: 161, to: 250, by: 10) {
            let next = state.take(heartbeat(90, second), at: after(moment))
            #expect(next?.need == nil)
        }
        #expect(state.isReadDue(at: after(255)))
        #expect(!state.isFresh(at: after(255)))
    }

    @Test func otherHostIsTriedOnceForADoubt() {
        var state = state(80)
        _ = state.take(heartbeat(90, second), at: after(100))
        #expect(state.lacksEpoch(at: after(200)))
        state.hostLeft()
        _ = state.take(heartbeat(90, second), at: after(300))
        #expect(!state.lacksEpoch(at: after(400)))
        #expect(state.doubtedSince(at: after(400)) == after(100))
        // The log's own leader speaks: the others are a copy's.
        _ = state.take(heartbeat(80, first), at: after(500))
        #expect(state.doubtedSince(at: after(500)) == nil)
    }

    @Test func edgeIsNotReadyWithoutRedisAndDatabase() {
        var state = EdgeTailState()
        #expect(state.unreadiness(at: start) == .starting)
        state = self.state(80)
        #expect(state.unreadiness(at: after(2000)) == nil)
        #expect(state.unreadiness(at: after(2600)) == .tailBehind)
        _ = state.take(heartbeat(81, first), at: after(2600))
        #expect(state.unreadiness(at: after(2700)) == nil)
        _ = state.take(heartbeat(81, first), at: after(7700))
        #expect(state.unreadiness(at: after(7700)) == .replicaBehind)
        state.redisLost()
        #expect(state.unreadiness(at: after(7700)) == .tailBehind)
    }

    /// Streams go on by Redis, but new ones need what the replica lacks.
    @Test func edgeIsNotReadyWhileItsReplicaLacksAnEventForLong() {
        var state = state(80)
        for second in 1...6 { follow(&state, event: 80 + Int64(second), database: 80, at: after(second * 1000)) }
        #expect(state.lag(at: after(6000)).events == 0)
        #expect(state.unreadiness(at: after(6000)) == nil)
        #expect(state.unreadiness(at: after(6100)) == .replicaBehind)
        #expect(state.replicaLag(at: after(6100)).events == 6)
        follow(&state, event: 87, database: 87, at: after(7000))
        #expect(state.unreadiness(at: after(7000)) == nil)
    }

    /// Each look finds some events missing, and never the same ones.
    @Test func edgeIsReadyWhileItsReplicaIsAlittleLate() {
        var state = state(80)
        for second in 1...60 {
            let event = 80 + Int64(second)
            follow(&state, event: event, database: event - 2, at: after(second * 1000))
            #expect(state.unreadiness(at: after(second * 1000)) == nil)
        }
        #expect(state.replicaLag(at: after(60000)).age <= .seconds(2))
    }

    /// An event comes by Redis, then the database is read.
    private func follow(_ state: inout EdgeTailState, event: Int64, database: Int64, at now: ContinuousClock.Instant) {
        let message = RelayMessage(
            history: HistoryProof(first),
            head: event,
            sentAt: 0,
            content: .batch([Events.event(event)])
        )
        _ = state.take(message, at: now)
        let page = FollowedPage(events: [], history: first, head: database, isCut: false)
        _ = state.take(page, after: event, told: event, at: now)
    }

    @Test(arguments: [
        (ReplicaLook(isPaused: true, isReceiving: true, replayed: 7), ReplicaLook.Obstacle?.some(.replayPaused)),
        (ReplicaLook(isPaused: false, isReceiving: false, replayed: 7), .cutOff),
        (ReplicaLook(isPaused: false, isReceiving: true, replayed: 7), nil),
        (ReplicaLook(isPaused: false, isReceiving: false, replayed: nil), nil),
    ])
    func edgeWithoutRedisAsksItsReplica(_ look: ReplicaLook, _ obstacle: ReplicaLook.Obstacle?) {
        var state = state(80)
        for second in 0...12 {
            state.take(look, at: after(second * 1000))
            read(&state, 80, at: after(second * 1000))
        }
        #expect(state.obstacle(at: after(12000)) == obstacle)
        #expect(state.unreadiness(at: after(12000)) == (obstacle == nil ? nil : .replicaBehind))
        #expect((state.replicaLag(at: after(12000)).age > .seconds(10)) == (obstacle != nil))
        // With Redis it is known what the replica lacks.
        _ = state.take(heartbeat(80, first), at: after(12000))
        #expect(state.unreadiness(at: after(12000)) == nil)
    }

    /// A replica that restores from an archive receives nothing, and goes on.
    @Test func replicaThatReplaysIsNotCutOff() {
        let before = ReplicaLook(isPaused: false, isReceiving: false, replayed: 7)
        #expect(ReplicaLook(isPaused: false, isReceiving: false, replayed: 8).obstacle(after: before) == nil)
        #expect(ReplicaLook(isPaused: false, isReceiving: false, replayed: 7).obstacle(after: nil) == nil)
    }
}
