import EventStreams
import OrderLog
import Testing

@Suite struct RecentEventsTests {
    @Test func theOldestFramesLeaveWhenTheBytesRunOut() {
        let frame = Frames.frame(1)
        var ring = RecentEvents(after: 0, capacity: frame.size * 3)
        for seq in 1...10 { ring.append(Frames.frame(Int64(seq))) }
        #expect(ring.end == 10)
        #expect(ring.floor >= 7)
        #expect(ring.byteCount <= frame.size * 3)
    }

    @Test func theNewestFrameStaysWhateverItsSize() {
        var ring = RecentEvents(after: 0, capacity: 1)
        ring.append(Frames.frame(1))
        #expect(ring.floor == 0)
        #expect(ring.end == 1)
    }

    @Test func framesThatAreThereAlreadyArePassedOver() {
        var ring = RecentEvents(after: 5, capacity: 1 << 20)
        for seq: Int64 in [4, 5, 6, 6, 7] { ring.append(Frames.frame(seq)) }
        var seen: [Int64] = []
        ring.forEach(after: 0) { frame in
            seen.append(frame.event.seq)
            return true
        }
        #expect(seen == [6, 7])
    }

    @Test func aHoleEmptiesTheRing() {
        var ring = RecentEvents(after: 0, capacity: 1 << 20)
        ring.append(Frames.frame(1))
        ring.append(Frames.frame(5))
        #expect(ring.floor == 4)
        #expect(ring.end == 5)
    }

    @Test func aCutForgetsWhatNoLongerExists() {
        var ring = RecentEvents(after: 0, capacity: 1 << 20)
        for seq in 1...5 { ring.append(Frames.frame(Int64(seq))) }
        ring.cut(after: 3)
        #expect(ring.end == 3)
        ring.append(Frames.frame(4))
        #expect(ring.end == 4)
        ring.cut(after: -1)
        #expect(ring.floor == -1)
        #expect(ring.byteCount == 0)
    }

    /// Every size of ring, every cursor, every cut: an order's chain is what a walk over the whole ring finds.
    @Test func anOrdersFramesAreThoseThatAWalkFinds() {
        let size = Frames.frame(1).size
        for kept in 1...7 {
            for cut in 0...10 {
                var ring = RecentEvents(after: 0, capacity: (size + 8) * kept)
                for seq in 1...9 { ring.append(Frames.frame(Int64(seq))) }
                ring.cut(after: Int64(cut))
                ring.append(Frames.frame(ring.end + 1))
                for cursor in 0...ring.end {
                    for order in Frames.orders {
                        var walked: [Int64] = []
                        ring.forEach(after: cursor) { frame in
                            if frame.event.orderId == order { walked.append(frame.event.seq) }
                            return true
                        }
                        #expect(ring.frames(of: order, after: cursor).map(\.event.seq) == walked)
                    }
                    let all = ring.frames(after: cursor).map(\.event.seq)
                    #expect(all == Array(max(cursor, ring.floor)..<ring.end).map { $0 + 1 })
                    #expect(ring.frames(after: cursor, limit: 2).map(\.event.seq) == Array(all.prefix(2)))
                }
            }
        }
    }
}
