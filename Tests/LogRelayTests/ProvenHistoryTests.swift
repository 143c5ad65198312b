import OrderLog
import Testing

@testable import LogRelay

/// Thousands of restarts make thousands of epochs, which are not digested for each message.
@Suite struct ProvenHistoryTests {
    private static let known = EpochTable(
        (1...3000).map { Epoch(ordinal: Int64($0), name: "epoch\(100 + $0)", firstSeq: Int64($0)) }
    )
    private static let longer = EpochTable(
        known.epochs + [Epoch(ordinal: 3001, name: "zzzzzzzz", firstSeq: 4000)]
    )

    private static let (ofKnown, ofLonger) = (HistoryProof(known), HistoryProof(longer))

    private func message(_ proof: HistoryProof, _ seq: Int64) -> RelayMessage {
        RelayMessage(history: proof, head: seq, sentAt: 0, content: .batch(Events.events(seq...seq)))
    }

    @Test func anEdgeDigestsItsHistoryOnceForAllMessages() {
        var cursor = EdgeCursor(after: 3000, in: Self.known, databaseHead: 3000)
        for seq in Int64(3001)...3200 { #expect(cursor.take(message(Self.ofKnown, seq)).published == [.redis: 1]) }
        #expect(cursor.proven.digestCount == 1)
        #expect(cursor.seq == 3200)
    }

    @Test func anotherHistoryIsJudgedOnceForEachChange() {
        var cursor = EdgeCursor(after: 3000, in: Self.known, databaseHead: 3000)
        for _ in 1...20 {
            #expect(cursor.take(message(Self.ofLonger, 4000)).isUnconfirmed)
            #expect(cursor.take(message(Self.ofKnown, 3000)) == EdgeCursor.Outcome())
        }
        #expect(cursor.proven.digestCount == 2)
        let page = FollowedPage(events: [], history: Self.longer, head: 3000, isCut: false)
        #expect(cursor.take(page, after: 3000) == EdgeCursor.Outcome())
        for seq in Int64(3001)...3010 {
            #expect(cursor.take(message(Self.ofLonger, seq)).published == [.redis: 1])
            #expect(cursor.take(message(Self.ofKnown, seq)).isStale)
        }
        #expect(cursor.proven.digestCount == 2, "the new history, and the former one")
    }

    @Test func aSenderDigestsItsHistoryOnceForEachChange() {
        let kept = KeptProof()
        for _ in 1...20 { #expect(kept.proof(of: Self.known) == Self.ofKnown) }
        #expect(kept.digestCount == 1)
        #expect(kept.proof(of: Self.longer) == Self.ofLonger)
        #expect(kept.digestCount == 2)
    }
}
