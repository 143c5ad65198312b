import OrderLog
import Orders
import Synchronization

@testable import EventStreams

/// A log in memory that counts its reads.
final class WrittenLog: Sendable {
    static let histories = [
        EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)])
    ]

    private struct State {
        var events: [LoggedEvent] = []
        var history = WrittenLog.histories[0]
        var reads = 0
        var isBroken = false
    }

    private let state = Mutex(State())

    var history: EpochTable { state.withLock { $0.history } }
    var end: Int64 { state.withLock { Int64($0.events.count) } }
    var reads: Int { state.withLock { $0.reads } }
    /// All events as frames.
    var frames: [EventFrame] {
        state.withLock { state in
            state.events.map {
                EventFrame($0, position: state.history.position(of: $0.seq), positionEncoder: Frames.positionEncoder)
            }
        }
    }

    func append(_ count: Int, _ text: String) -> [LoggedEvent] {
        state.withLock { state in
            let first = Int64(state.events.count + 1)
            let events = (first..<first + Int64(count)).map { Frames.event($0, data: text) }
            state.events += events
            return events
        }
    }

    /// Removes the events after `seq`, and continues there with another epoch.
    func fork(after seq: Int64) {
        state.withLock { state in
            state.events.removeLast(state.events.count - Int(seq))
            let ordinal = state.history.newestOrdinal + 1
            let name = String(repeating: ["b", "c", "d"][Int(ordinal) - 2], count: 8)
            state.history.merge([Epoch(ordinal: ordinal, name: name, firstSeq: seq + 1)])
        }
    }

    /// Makes all later reads fail.
    func breakDown() { state.withLock { $0.isBroken = true } }

    func reader(for view: StreamView) -> any StreamReading { Reading(log: self, view: view) }

    private struct Reading: StreamReading {
        let log: WrittenLog
        let view: StreamView

        struct Broken: Error {}

        func read(after seq: Int64, through: Int64) async throws -> StreamSource.EventPage {
            try log.state.withLock { state in
                state.reads += 1
                guard !state.isBroken else { throw Broken() }
                let last = min(through, Int64(state.events.count))
                let found = state.events.filter { event in
                    event.seq > seq && event.seq <= last && (view.filter.orderId.map { $0 == event.orderId } ?? true)
                }
                var bytes = 0
                let page = found.prefix(StreamSource.pageSize).prefix { event in
                    defer { bytes += event.data?.count ?? 0 }
                    return bytes < StreamSource.pageBytes
                }
                let isCut = bytes >= StreamSource.pageBytes
                let reached = page.count < found.count ? page.last?.seq ?? last : last
                return StreamSource.EventPage(
                    frames: page.map {
                        EventFrame(
                            $0,
                            position: state.history.position(of: $0.seq),
                            positionEncoder: Frames.positionEncoder
                        )
                    },
                    through: reached,
                    isCut: isCut,
                    history: state.history
                )
            }
        }

        func restartPreamble(for reason: ControlFrame.ResetReason) async throws -> Preamble {
            log.state.withLock { state in
                let cursor = state.history.position(of: Int64(state.events.count))
                let text = Frames.positionEncoder(cursor, for: view.audience)
                return Preamble(
                    bytes: ControlFrame.reset(reason, position: text, plain: view.plain) + ControlFrame.cursor(text),
                    cursor: cursor
                )
            }
        }
    }
}
