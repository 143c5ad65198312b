import Foundation
import OrderLog
import Testing

@testable import EventStreams

/// A stream's state, driven as a lane drives it, with recent events and a log.
@Suite struct StreamDriveTests {
    private struct Reader {
        var state: StreamState
        var seen: [Int64] = []
        /// The most events that are sent at once.
        let most: Int

        init(after cursor: Int64, most: Int = .max) {
            state = StreamState(cursor: cursor, heartbeatAt: .max)
            self.most = most
        }

        /// Reads until nothing is left. The log serves events that are no longer in memory, in pages of two.
        mutating func drain(_ recent: RecentEvents, log: [EventFrame]) {
            while true {
                switch state.next(recent.bounds, now: 1, stallDeadline: .max) {
                case .show(let after): take(recent.frames(after: after, limit: most), complete: recent.end)
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

    /// Each length of log, memory, cursor and size of write: the stream shows exactly the events after the cursor,
    /// once.
    @Test func everyCursorGetsExactlyTheEventsAfterIt() {
        let size = Frames.frame(1).size
        for length in 0...7 {
            let log = (0..<length).map { Frames.frame(Int64($0 + 1)) }
            for kept in 1...4 {
                var recent = RecentEvents(after: 0, capacity: (size + 8) * kept)
                for frame in log { recent.append(frame) }
                for cursor in 0...length {
                    for most in [1, 2, .max] {
                        var reader = Reader(after: Int64(cursor), most: most)
                        reader.drain(recent, log: log)
                        #expect(reader.seen == Array(Int64(cursor)..<Int64(length)).map { $0 + 1 })
                        #expect(reader.state.cursor == Int64(length))
                    }
                }
            }
        }
    }

    /// Publishing and reading in every order of eight steps, with too little memory for the pace.
    @Test func readsDuringPublishingLoseAndRepeatNothing() {
        let size = Frames.frame(1).size
        for plot in 0..<256 {
            var recent = RecentEvents(after: 0, capacity: (size + 8) * 2)
            var log: [EventFrame] = []
            var reader = Reader(after: 0)
            for step in 0..<8 {
                if plot >> step & 1 == 0 {
                    let frame = Frames.frame(Int64(log.count + 1))
                    log.append(frame)
                    recent.append(frame)
                } else {
                    reader.drain(recent, log: log)
                }
            }
            reader.drain(recent, log: log)
            #expect(reader.seen == log.map(\.event.seq))
        }
    }

    @Test func aStreamAheadOfTheRecentEventsWaits() {
        var recent = RecentEvents(after: 0, capacity: 1 << 20)
        recent.append(Frames.frame(1))
        var reader = Reader(after: 3)
        reader.drain(recent, log: [])
        #expect(reader.seen.isEmpty)
        for seq in 2...4 { recent.append(Frames.frame(Int64(seq))) }
        reader.drain(recent, log: [])
        #expect(reader.seen == [4])
    }
}
