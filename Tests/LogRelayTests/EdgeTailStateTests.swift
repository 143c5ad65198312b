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
}
