import Foundation
import OrderLog
import Orders
import Testing

@testable import EventStreams

@Suite struct ConflationTests {
    private struct Shown: Equatable {
        let seq: Int64
        let skipped: Int
    }

    /// A conflated stream, driven as a lane drives it, with recent events, a log, and ticks that the test gives.
    private struct Reader {
        let view: StreamView
        var state: StreamState
        var shown: [Shown] = []
        var capacity = 1 << 30
        /// True when the log is read one event at a time.
        var isLogSlow = false
        private var now: UInt64 = 1

        private static let tick: UInt64 = 1000

        init(after seq: Int64, _ change: (inout StreamFilter) -> Void = { _ in }) {
            view = LaneBench.view { filter in
                change(&filter)
                filter.tick = .nanoseconds(Self.tick)
            }
            state = StreamState(cursor: seq, heartbeatAt: .max, tick: Self.tick, now: 0)
        }

        /// Lets the time of a tick pass, and carries out all steps.
        mutating func tick(_ recent: RecentEvents, log: [EventFrame]) {
            now += Self.tick
            while true {
                var conflation = Conflation(capacity: capacity)
                switch state.next(recent.bounds, now: now, stallDeadline: .max) {
                case .show(let after):
                    let through = conflation.take(recent, after: after, for: view)
                    if through >= recent.end { state.ticked(at: now) }
                    state.passed(through: through)
                case .catchUp(let after, let end):
                    // One read of several pages.
                    var reached = after
                    while reached < end, !conflation.isFull {
                        var page = log.filter { $0.event.seq > reached && $0.event.seq <= end }
                        if isLogSlow { page = Array(page.prefix(1)) }
                        let through = isLogSlow ? page[0].event.seq : end
                        reached = conflation.take(page, after: reached, through: through, for: view)
                    }
                    state.passed(through: reached)
                case .wait(let moment):
                    #expect(moment > now && moment <= now + Self.tick)
                    return
                case let step:
                    Issue.record("\(step)")
                    return
                }
                for change in conflation.takeChanges() {
                    shown.append(Shown(seq: change.frame.event.seq, skipped: change.skipped))
                }
            }
        }
    }

    /// The content of a tick by definition: the last event of each order, oldest first.
    private func expected(_ events: ArraySlice<EventFrame>) -> [Shown] {
        Dictionary(grouping: events, by: \.event.orderId).values
            .map { Shown(seq: $0.last?.event.seq ?? 0, skipped: $0.count - 1) }
            .sorted { $0.seq < $1.seq }
    }

    /// A log whose events belong to the orders that the digits of `plot` name.
    private func log(_ length: Int, plot: Int) -> [EventFrame] {
        var rest = plot
        return (0..<length).map { index in
            defer { rest /= 3 }
            return Frames.frame(Frames.event(Int64(index + 1), order: Frames.orders[rest % 3]))
        }
    }

    /// Each history of five events of three orders, each place of a tick, memory for all, some or one of them: a tick
    /// shows each changed order's newest event once, in ascending order, and counts the others.
    @Test(arguments: [1, 2, 8], [false, true])
    func ticksShowTheNewestEventOfEachChangedOrder(kept: Int, isLogSlow: Bool) {
        let size = Frames.frame(1).size
        for plot in 0..<243 {
            let log = log(5, plot: plot)
            for split in 0...5 {
                var recent = RecentEvents(after: 0, capacity: (size + 8) * kept)
                var reader = Reader(after: 0)
                reader.isLogSlow = isLogSlow
                for frame in log[..<split] { recent.append(frame) }
                reader.tick(recent, log: log)
                for frame in log[split...] { recent.append(frame) }
                reader.tick(recent, log: log)
                #expect(reader.shown == expected(log[..<split]) + expected(log[split...]))
                #expect(reader.state.cursor == 5)
            }
        }
    }

    /// A client that returns with any id it was sent misses no order's newest event and sees none twice.
    @Test func aStreamResumesAfterEveryId() {
        for plot in 0..<243 {
            let log = log(5, plot: plot)
            var recent = RecentEvents(after: 0, capacity: 1 << 20)
            for frame in log { recent.append(frame) }
            var complete = Reader(after: 0)
            complete.tick(recent, log: log)
            for cut in 0...complete.shown.count {
                var again = Reader(after: cut == 0 ? 0 : complete.shown[cut - 1].seq)
                again.tick(recent, log: log)
                #expect(again.shown.map(\.seq) == complete.shown[cut...].map(\.seq))
            }
        }
    }

    /// Random histories, ticks and bounds: every event is shown or counted, an order never goes back, and the last
    /// event shown of each order is its last.
    @Test func aBoundedConflationLosesNothing() {
        var chance = SystemRandomNumberGenerator()
        let size = Frames.frame(1).size
        for _ in 0..<300 {
            var recent = RecentEvents(after: 0, capacity: (size + 8) * Int.random(in: 1...6, using: &chance))
            var log: [EventFrame] = []
            var reader = Reader(after: 0)
            reader.capacity = size * Int.random(in: 1...4, using: &chance)
            reader.isLogSlow = Bool.random(using: &chance)
            for _ in 0..<40 {
                let order = Frames.orders[Int.random(in: 0..<3, using: &chance)]
                log.append(Frames.frame(Frames.event(Int64(log.count + 1), order: order)))
                recent.append(log[log.count - 1])
                if Int.random(in: 0..<4, using: &chance) == 0 { reader.tick(recent, log: log) }
            }
            reader.tick(recent, log: log)
            #expect(reader.shown.reduce(0) { $0 + 1 + $1.skipped } == log.count)
            #expect(reader.shown.map(\.seq) == reader.shown.map(\.seq).sorted())
            for order in Frames.orders {
                let last = log.last { $0.event.orderId == order }?.event.seq
                #expect(reader.shown.last { log[Int($0.seq - 1)].event.orderId == order }?.seq == last)
            }
        }
    }

    @Test func onlyEventsThatMatchTheFilterAreConflated() {
        let frames = [
            Frames.frame(Frames.event(1, order: Frames.orders[0], type: "OrderPlaced")),
            Frames.frame(Frames.event(2, order: Frames.orders[0], type: "OrderConfirmed")),
        ]
        var recent = RecentEvents(after: 0, capacity: 1 << 20)
        for frame in frames { recent.append(frame) }
        var reader = Reader(after: 0) { $0.types = ["OrderPlaced"] }
        reader.tick(recent, log: frames)
        #expect(reader.shown == [Shown(seq: 1, skipped: 0)])
        #expect(reader.state.cursor == 2)
    }

    @Test func aConflationIsBoundedInBytesUntilItsTick() {
        let size = Frames.frame(1).size
        var conflation = Conflation(capacity: 2 * size)
        conflation.take(Frames.frame(1))
        conflation.take(Frames.frame(4))
        // The event is of the same order and replaces the older one.
        #expect(!conflation.isFull)
        conflation.take(Frames.frame(5))
        #expect(conflation.isFull)
        #expect(conflation.takeChanges().map(\.skipped) == [1, 0])
        #expect(conflation.isEmpty && !conflation.isFull)
        conflation.take(Frames.frame(6))
        conflation.removeAll()
        #expect(conflation.takeChanges().isEmpty)
    }

    @Test func skippedIsTheLastMemberOfTheData() throws {
        let frame = Frames.frame(7)
        var conflation = Conflation()
        conflation.take(Frames.frame(4))
        conflation.take(frame)
        var view = LaneBench.view(plain: true)
        view.isChunked = false
        let bytes = LaneBlock.of(&conflation, through: 7, for: view).bytes
        var plain: [UInt8] = []
        frame.staff.append(to: &plain, plain: true)
        let wanted = String(decoding: plain, as: UTF8.self).replacing("}\n\n", with: ",\"skipped\":1}\n\n")
        #expect(String(decoding: bytes, as: UTF8.self) == wanted)
    }

    @Test func noEventWakesAConflatedStream() {
        var groups = LaneGroups()
        _ = groups.group(for: LaneBench.view { $0.tick = .milliseconds(50) })
        #expect(groups.concerned(by: Frames.event(1)).isEmpty)
        #expect(groups.count == 1)
    }
}
