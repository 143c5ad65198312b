import OrderLog
import Testing

@testable import LogRelay

/// The decisions of an edge on what comes from Redis and from the database.
@Suite struct EdgeCursorTests {
    private let first = Events.history(("aaaaaaaa", 1))
    private let second = Events.history(("aaaaaaaa", 1), ("bbbbbbbb", 81))
    private let other = Events.history(("aaaaaaaa", 1), ("cccccccc", 61))

    private func cursor(_ seq: Int64, _ history: EpochTable? = nil, pendingBytes: Int = 1 << 20) -> EdgeCursor {
        EdgeCursor(
            after: seq,
            in: history ?? first,
            databaseHead: seq,
            pending: PendingEvents(byteLimit: pendingBytes)
        )
    }

    private func batch(_ range: ClosedRange<Int64>, _ history: EpochTable? = nil, head: Int64 = 0) -> RelayMessage {
        RelayMessage(
            history: HistoryProof(history ?? first),
            head: max(head, range.upperBound),
            sentAt: 0,
            content: .batch(Events.events(range))
        )
    }

    private func heartbeat(_ head: Int64, _ history: EpochTable? = nil) -> RelayMessage {
        RelayMessage(history: HistoryProof(history ?? first), head: head, sentAt: 0, content: .heartbeat)
    }

    private func page(_ range: ClosedRange<Int64>?, _ history: EpochTable? = nil, head: Int64? = nil) -> FollowedPage {
        FollowedPage(
            events: range.map(Events.events) ?? [],
            history: history ?? first,
            head: head ?? range?.upperBound ?? 0,
            isCut: false
        )
    }

    @Test func nextBatchIsPublished() {
        var cursor = cursor(10)
        #expect(cursor.take(batch(11...12)).steps == [.publish(Events.events(11...12), first)])
        #expect(cursor.seq == 12)
        #expect(cursor.lag == 0)
    }

    @Test func whatIsKnownIsLeftOut() {
        var cursor = cursor(10)
        #expect(cursor.take(batch(8...10)) == EdgeCursor.Outcome())
        #expect(cursor.take(batch(9...12)).steps == [.publish(Events.events(11...12), first)])
        #expect(cursor.take(batch(9...12)).steps.isEmpty)
    }

    @Test func gapIsFilledByTheDatabase() {
        var cursor = cursor(10)
        let outcome = cursor.take(batch(13...14))
        #expect(outcome.steps.isEmpty)
        #expect(outcome.need == .gap)
        #expect(cursor.lag == 4)
        // Events that came from Redis beyond the gap follow by themselves.
        #expect(
            cursor.take(page(11...12), after: 10).steps
                == [.publish(Events.events(11...12), first), .publish(Events.events(13...14), first)]
        )
        #expect(cursor.seq == 14)
        #expect(cursor.pending.isEmpty)
    }

    @Test func laggingReplicaIsCaughtUpWithByWhatWasKept() {
        var cursor = cursor(10)
        for first in stride(from: Int64(21), to: 41, by: 2) { _ = cursor.take(batch(first...first + 1)) }
        #expect(cursor.take(page(11...15), after: 10).need == nil)
        #expect(cursor.needsDatabase)
        #expect(cursor.take(page(16...25), after: 15).steps.count == 2)
        #expect(cursor.seq == 40)
        #expect(cursor.take(batch(41...41)).steps.count == 1)
    }

    @Test func keptEventsAreBoundedInBytes() {
        var cursor = cursor(10, pendingBytes: 3000)
        for first in stride(from: Int64(21), to: 121, by: 2) { _ = cursor.take(batch(first...first + 1)) }
        #expect(cursor.pending.byteCount <= 3000)
        _ = cursor.take(page(11...120), after: 10)
        #expect(cursor.seq == 120)
    }

    @Test func secondGapReplacesWhatWasKept() {
        var cursor = cursor(10)
        _ = cursor.take(batch(13...14))
        _ = cursor.take(batch(17...18))
        #expect(cursor.take(page(11...16), after: 10).steps.count == 2)
        #expect(cursor.seq == 18)
    }

    @Test func lostLastBatchIsNoticedByTheHeartbeat() {
        var cursor = cursor(10)
        #expect(cursor.take(heartbeat(10)).need == nil)
        #expect(cursor.take(heartbeat(11)).need == .behind)
        #expect(cursor.lag == 1)
        // Another process, a little behind.
        _ = cursor.take(heartbeat(9))
        #expect(cursor.lag == 1)
        #expect(cursor.take(page(11...11), after: 10).steps == [.publish(Events.events(11...11), first)])
        #expect(cursor.lag == 0)
    }

    @Test func newEpochCountsOnceTheDatabaseHasIt() {
        var cursor = cursor(90)
        let early = cursor.take(batch(81...82, second))
        #expect(early.steps.isEmpty)
        #expect(early.need == .otherHistory)
        #expect(early.isUnconfirmed)
        let read = cursor.take(page(nil, second, head: 80), after: 90)
        #expect(read.steps == [.fork(after: 80, second)])
        let late = cursor.take(batch(81...82, second))
        #expect(late.steps == [.publish(Events.events(81...82), second)])
        #expect(!late.isUnconfirmed)
        #expect(cursor.seq == 82)
    }

    @Test func copyOfTheLogTellsNothing() {
        // A restored copy goes on in an epoch of its own, in the same channel and with the same secret.
        var cursor = cursor(80)
        for message in [heartbeat(80, second), batch(81...90, second), batch(61...95, other)] {
            #expect(cursor.take(message).steps.isEmpty)
            #expect(cursor.take(page(nil, head: 80), after: 80).steps.isEmpty)
        }
        #expect(cursor.history == first)
        #expect(cursor.lag == 0)
        #expect(cursor.take(batch(81...82)).steps == [.publish(Events.events(81...82), first)])
    }

    @Test func keptEventsOfAFormerEpochAreDropped() {
        var cursor = cursor(75)
        _ = cursor.take(batch(79...85))
        #expect(cursor.take(page(76...78, second, head: 80), after: 75).steps.count == 2)
        #expect(cursor.seq == 80)
    }

    @Test func formerSenderIsLeftAside() {
        var cursor = cursor(85, second)
        let outcome = cursor.take(batch(86...95))
        #expect(outcome.isStale)
        #expect(outcome.steps.isEmpty)
        #expect(cursor.lag == 0)
    }

    @Test func otherHistoryIsDecidedByTheDatabase() {
        var cursor = cursor(85, second)
        let outcome = cursor.take(batch(61...95, other))
        #expect(outcome.steps.isEmpty)
        #expect(outcome.need == .otherHistory)
        #expect(cursor.take(page(nil, second, head: 85), after: 85).steps.isEmpty)
        // The page began behind the fork: the next one brings its events.
        let fork = cursor.take(page(86...90, other, head: 90), after: 85)
        #expect(fork.steps == [.fork(after: 60, other)])
        #expect(fork.need == .behind)
        #expect(cursor.take(page(61...90, other), after: 60).steps == [.publish(Events.events(61...90), other)])
    }

    @Test func lostEventsOfALaggingReplicaAreNotPublished() {
        // The replica still has what the failover has lost: events 81 and later of the first epoch.
        var cursor = cursor(75, second)
        let outcome = cursor.take(page(76...95), after: 75)
        #expect(outcome.steps == [.publish(Events.events(76...80), second)])
        #expect(cursor.seq == 80)
        #expect(cursor.isDatabaseFormer)
        #expect(cursor.take(batch(81...81, second)).steps == [.publish(Events.events(81...81), second)])
    }

    @Test func databaseBehindTheStreamsForksNothing() {
        var cursor = cursor(10)
        _ = cursor.take(batch(11...20))
        #expect(cursor.take(page(nil, head: 10), after: 20) == EdgeCursor.Outcome())
        #expect(cursor.seq == 20)
        #expect(cursor.databaseLag == 10)
    }

    @Test func noOrderOfArrivalsMakesAHole() {
        // Messages are lost, doubled and late, and the replica lags: whatever comes, events are published in order.
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var cursor = cursor(0, pendingBytes: 4000)
            var published: [Int64] = []
            var messages: [RelayMessage] = []
            for start in stride(from: Int64(1), through: 100, by: 4) {
                messages.append(batch(start...start + 3))
                if Bool.random(using: &generator) { messages.append(heartbeat(start + 3)) }
            }
            messages.removeAll { _ in Int.random(in: 0..<4, using: &generator) == 0 }
            for index in messages.indices where Int.random(in: 0..<5, using: &generator) == 0 {
                messages.swapAt(index, Int.random(in: 0..<messages.count, using: &generator))
            }
            var replica: Int64 = 0
            func note(_ outcome: EdgeCursor.Outcome) {
                for case .publish(let events, _) in outcome.steps { published += events.map(\.seq) }
            }
            for message in messages {
                note(cursor.take(message))
                guard Bool.random(using: &generator) else { continue }
                replica = max(replica, min(100, cursor.told - Int64.random(in: 0..<20, using: &generator)))
                let start = cursor.seq
                note(cursor.take(page(start < replica ? start + 1...replica : nil, head: replica), after: start))
            }
            let start = cursor.seq
            note(cursor.take(page(start < 100 ? start + 1...100 : nil, head: 100), after: start))
            #expect(published == Array(1...100))
        }
    }
}
