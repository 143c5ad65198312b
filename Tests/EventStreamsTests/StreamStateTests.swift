import Testing

@testable import EventStreams

@Suite struct StreamStateTests {
    private static let deadline: UInt64 = 1000

    /// A combination of conditions, with a cursor and bounds.
    private struct Case {
        var bounds: StreamState.Bounds
        var cursor: Int64
        var isBlocked = false, isReading = false, isForked = false, isPaused = false
        var isDue = false, isExpired = false
        var ending: ControlFrame.ByeReason?

        static let now: UInt64 = 10_000

        static var all: [Case] {
            var cases: [Case] = []
            for end: Int64 in 0...4 {
                for floor in 0...end {
                    for cursor in 0...(end + 1) {
                        for bits in 0..<128 {
                            var one = Case(bounds: .init(floor: floor, end: end), cursor: cursor)
                            (one.isBlocked, one.isReading) = (bits & 1 != 0, bits & 2 != 0)
                            (one.isForked, one.isPaused) = (bits & 4 != 0, bits & 8 != 0)
                            (one.isDue, one.isExpired) = (bits & 16 != 0, bits & 32 != 0)
                            one.ending = bits & 64 != 0 ? .shutdown : nil
                            cases.append(one)
                        }
                    }
                }
            }
            return cases
        }

        var state: StreamState {
            let later = Case.now + 500
            var state = StreamState(
                cursor: isForked ? cursor + 1 : cursor,
                heartbeatAt: isDue ? Case.now : later,
                expiresAt: isExpired ? Case.now : later + 1
            )
            if isForked { state.forked(after: cursor) }
            if isPaused { state.stoppedReading(pausedUntil: Case.now + 100) }
            if isReading { state.startedReading() }
            if isBlocked { state.blocked(at: Case.now) }
            if let ending { state.end(ending) }
            return state
        }
    }

    @Test func everyStepFitsItsConditions() {
        for one in Case.all {
            let step = one.state.next(one.bounds, now: Case.now, stallDeadline: Self.deadline)
            let isOver = one.ending != nil || one.isExpired
            let isInMemory = one.cursor >= one.bounds.floor && one.cursor < one.bounds.end
            switch step {
            case .show(let after):
                #expect(after == one.cursor && isInMemory && !one.isReading && !one.isForked)
                #expect(isOver || !one.isDue)
            case .catchUp(let after, let through):
                #expect(after == one.cursor && through == one.bounds.end && one.cursor < one.bounds.floor)
                #expect(!isOver && !one.isReading && !one.isForked && !one.isPaused && !one.isDue)
            case .restart: #expect(one.isForked && !one.isReading && !one.isPaused && !isOver)
            case .heartbeat(let seq): #expect(seq == one.cursor && one.isDue && !isOver && !one.isForked)
            case .finish(let reason, let seq):
                #expect(isOver && reason == one.ending ?? .tokenExpired)
                #expect(seq == (one.isForked ? nil : one.cursor))
                #expect(one.isForked || one.isReading || !isInMemory)
            case .endSlow, .disconnect: Issue.record("disconnected although it has just been blocked")
            case .wait(let moment):
                #expect(moment > Case.now, "the stream spins")
                #expect(one.isBlocked || !isOver)
                let hasNothing = one.isReading || one.isPaused || one.cursor >= one.bounds.end
                #expect(one.isBlocked || one.isForked || (hasNothing && !one.isDue))
            }
            #expect(!one.isBlocked || step == .wait(until: Case.now + Self.deadline))
        }
    }

    @Test func onlyAClientThatTakesNothingIsSlow() {
        var state = StreamState(cursor: 0, heartbeatAt: .max)
        let bounds = StreamState.Bounds(floor: 0, end: 0)
        state.blocked(at: 100)
        state.blocked(at: 900)
        #expect(state.next(bounds, now: 1099, stallDeadline: Self.deadline) == .wait(until: 1100))
        #expect(state.next(bounds, now: 1100, stallDeadline: Self.deadline) == .endSlow)
        state.progressed(at: 1099)
        #expect(state.next(bounds, now: 1100, stallDeadline: Self.deadline) == .wait(until: 2099))
        state.unblocked()
        #expect(state.next(bounds, now: 9999, stallDeadline: Self.deadline) == .wait(until: .max))
    }

    /// After the stall deadline a sixth of it is left, in which a client that goes on gets `bye` and no more events.
    @Test func aSlowClientHasAMomentToTakeItsBye() {
        var state = StreamState(cursor: 3, heartbeatAt: .max)
        let bounds = StreamState.Bounds(floor: 0, end: 9)
        state.blocked(at: 100)
        state.endSlow(at: 1100)
        #expect(state.next(bounds, now: 1265, stallDeadline: Self.deadline) == .wait(until: 1266))
        #expect(state.next(bounds, now: 1266, stallDeadline: Self.deadline) == .disconnect)
        state.unblocked()
        #expect(state.next(bounds, now: 1266, stallDeadline: Self.deadline) == .finish(.slow, at: 3))
    }

    /// A customer's ids: heartbeats and the end name the last event shown, whatever others pass.
    @Test func ownIdsMoveWithShownEventsOnly() {
        var state = StreamState(cursor: 10, shown: 4, hasOwnIds: true, heartbeatAt: 50)
        let bounds = StreamState.Bounds(floor: 0, end: 20)
        #expect(state.next(bounds, now: 60, stallDeadline: Self.deadline) == .heartbeat(at: 4))
        state.passed(through: 18)
        #expect(state.next(bounds, now: 60, stallDeadline: Self.deadline) == .heartbeat(at: 4))
        state.passed(through: 20, showing: 19)
        #expect(state.next(bounds, now: 60, stallDeadline: Self.deadline) == .heartbeat(at: 19))
        // The new history still has all events that the client has seen: it goes on, and the new ones follow.
        state.forked(after: 19)
        #expect(!state.isForked && state.cursor == 19)
        state.forked(after: 18)
        #expect(state.isForked)
        state.restarted(after: 18, showing: 7)
        state.end(.maxAge)
        #expect(state.next(.init(floor: 0, end: 18), now: 60, stallDeadline: Self.deadline) == .finish(.maxAge, at: 7))
    }

    /// Every plot of seven steps, with two events in memory: an event is published, the stream advances, the client
    /// takes nothing, a slow read ends, the log forks. The stream shows each event once and in order, or begins anew.
    @Test func noPlotLosesOrRepeatsEvents() {
        for plot in 0..<78_125 {
            var world = World()
            var rest = plot
            for _ in 0..<7 {
                world.step(rest % 5)
                rest /= 5
            }
            world.finish()
            #expect(world.shown == world.log, "plot \(plot)")
            #expect(world.state.cursor == Int64(world.log.count))
        }
    }

    /// A log whose events are named after the history that wrote them, its recent events, and one stream.
    private struct World {
        var log: [String] = []
        var floor: Int64 = 0
        var history = "a"
        var state = StreamState(cursor: 0, heartbeatAt: .max)
        /// The events as a client knows them, which begins anew with each restart.
        var shown: [String] = []
        /// The read under way: the events that it brings, and their history.
        var read: (from: Int64, through: Int64, history: String)?

        mutating func step(_ choice: Int) {
            switch choice {
            case 0:
                log.append("\(history)\(log.count + 1)")
                floor = max(floor, Int64(log.count) - 2)
            case 1: advance()
            case 2: state.isBlocked ? state.unblocked() : state.blocked(at: 1)
            case 3: finishRead()
            default:
                // The last event is lost, and another history continues.
                guard !log.isEmpty else { return }
                log.removeLast()
                history = history == "a" ? "b" : "c"
                floor = min(floor, Int64(log.count))
                state.forked(after: Int64(log.count))
            }
        }

        mutating func advance() {
            let bounds = StreamState.Bounds(floor: floor, end: Int64(log.count))
            switch state.next(bounds, now: 2, stallDeadline: .max >> 1) {
            case .show(let after):
                let through = min(after + 1, Int64(log.count))
                shown += log[Int(after)..<Int(through)]
                state.passed(through: through)
            case .catchUp(let after, let through):
                read = (after, min(after + 1, through), history)
                state.startedReading()
            case .restart:
                shown = log
                state.restarted(after: Int64(log.count))
            default: break
            }
        }

        mutating func finishRead() {
            guard let done = read else { return }
            read = nil
            guard state.isReading else { return }
            state.stoppedReading()
            guard done.history == history else { return }
            shown += log[Int(done.from)..<Int(done.through)]
            state.passed(through: done.through)
        }

        mutating func finish() {
            state.unblocked()
            finishRead()
            for _ in 0..<40 {
                advance()
                finishRead()
            }
        }
    }
}
