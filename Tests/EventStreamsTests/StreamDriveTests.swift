import Foundation
import OrderLog
import Testing

@testable import EventStreams

/// A stream's state, driven over rings and logs as a lane drives it.
@Suite struct StreamDriveTests {
    private struct Reader {
        var state: StreamState
        var seen: [Int64] = []
        /// Events that are handed out at once.
        let most: Int

        init(after cursor: Int64, most: Int = .max) {
            state = StreamState(cursor: cursor, heartbeatAt: .max)
            self.most = most
        }

        /// Reads on until nothing is left; the log serves what the ring no longer holds, in pages of two.
        mutating func drain(_ ring: RecentEvents, log: [EventFrame]) {
            while true {
                switch state.next(ring.bounds, now: 1, stallDeadline: .max) {
                case .show(let after): take(ring.frames(after: after, limit: most), complete: ring.end)
                case .catchUp(let after, let through):
                    let rest = log.filter { $0.event.seq > after && $0.event.seq <= through }
                    let page = rest.prefix(2)
                    take(Array(page.prefix(most)), complete: page.count < rest.count ? page.last?.event.seq : through)
                case .wait: return
                case let step:
                    Issue.record("\(step)")
                    return
                }
            }
        }

        private mutating func take(_ frames: [EventFrame], complete through: Int64?) {
            seen += frames.map(\.event.seq)
            let last = frames.last?.event.seq
            state.passed(through: frames.count == most ? last ?? 0 : through ?? last ?? 0)
        }
    }

    /// Every length of log, every size of ring, every starting cursor, every size of write: exactly what follows, once.
    @Test func everyCursorGetsExactlyWhatFollows() {
        let size = Frames.frame(1).size
        for length in 0...7 {
            let log = (0..<length).map { Frames.frame(Int64($0 + 1)) }
            for kept in 1...4 {
                var ring = RecentEvents(after: 0, capacity: (size + 8) * kept)
                for frame in log { ring.append(frame) }
                for cursor in 0...length {
                    for most in [1, 2, .max] {
                        var reader = Reader(after: Int64(cursor), most: most)
                        reader.drain(ring, log: log)
                        #expect(reader.seen == Array(Int64(cursor)..<Int64(length)).map { $0 + 1 })
                        #expect(reader.state.cursor == Int64(length))
                    }
                }
            }
        }
    }

    /// Publishing, reading and a ring too small for the pace, in every interleaving of eight steps.
    @Test func readingBesidePublishingLosesAndRepeatsNothing() {
        let size = Frames.frame(1).size
        for plot in 0..<256 {
            var ring = RecentEvents(after: 0, capacity: (size + 8) * 2)
            var log: [EventFrame] = []
            var reader = Reader(after: 0)
            for step in 0..<8 {
                if plot >> step & 1 == 0 {
                    let frame = Frames.frame(Int64(log.count + 1))
                    log.append(frame)
                    ring.append(frame)
                } else {
                    reader.drain(ring, log: log)
                }
            }
            reader.drain(ring, log: log)
            #expect(reader.seen == log.map(\.event.seq))
        }
    }

    @Test func aReaderAheadOfTheRingWaits() {
        var ring = RecentEvents(after: 0, capacity: 1 << 20)
        ring.append(Frames.frame(1))
        var reader = Reader(after: 3)
        reader.drain(ring, log: [])
        #expect(reader.seen.isEmpty)
        for seq in 2...4 { ring.append(Frames.frame(Int64(seq))) }
        reader.drain(ring, log: [])
        #expect(reader.seen == [4])
    }
}
