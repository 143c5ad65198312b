import Foundation
import Logging
import OrderLog
import Orders
import Synchronization
import TestSupport

@testable import EventStreams

/// A hub with one lane over a log that the test writes.
struct LaneBench: Sendable {
    let hub: StreamHub
    let log: WrittenLog

    static let everything = view()

    static func view(
        order: UUID? = nil,
        audience: Audience = .staff,
        plain: Bool = false,
        _ change: (inout StreamFilter) -> Void = { _ in }
    ) -> StreamView {
        var filter = StreamFilter(orderId: order, scope: .everything)
        change(&filter)
        return StreamView(filter: filter, audience: audience, role: .staff, plain: plain)
    }

    static func with<R: Sendable>(
        ring: Int = 1 << 20,
        _ change: (inout StreamHub.Settings) -> Void = { _ in },
        _ body: @Sendable (LaneBench) async throws -> R
    ) async throws -> R {
        var settings = StreamHub.Settings()
        settings.lanes = 1
        settings.ringCapacity = ring
        change(&settings)
        var logger = Logger(label: "lanes")
        logger.logLevel = .critical
        let log = WrittenLog()
        let hub = StreamHub(text: Frames.text, settings: settings, logger: logger) { log.reading($0) }
        hub.begin(after: 0, in: WrittenLog.histories[0])
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await hub.run() }
            let result = try await body(LaneBench(hub: hub, log: log))
            group.cancelAll()
            return result
        }
    }

    /// Appends to the log and tells the hub.
    func publish(_ count: Int, text: String = "{}") {
        let events = log.append(count, text)
        hub.publish(events, in: log.history)
    }

    func fork(after seq: Int64) {
        log.fork(after: seq)
        hub.fork(after: seq, to: log.history)
    }

    /// A stream on the lane.
    func open(
        _ view: StreamView = everything,
        after cursor: Int64,
        forks: Int = 0,
        expires: ContinuousClock.Instant? = nil,
        receiveBuffer: Int32 = 32 * 1024
    ) async throws -> LaneClient {
        let (client, other) = try LaneClient.pair(receiveBuffer: receiveBuffer)
        let expiry = expires.map { StreamExpiry(tokenEnds: $0, now: .now, maximumAge: .seconds(3600), jitter: 0) }
        let place = StreamPlace(cursor: cursor, forks: forks, expiry: expiry)
        // The hub's threads start with its service.
        _ = try hub.admit()
        guard try await eventually({ hub.adopt(.socket(other), view, at: place) }) else { throw NoLane() }
        return client
    }

    struct NoLane: Error {}
}

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
    /// All events as they are pushed.
    var frames: [EventFrame] {
        state.withLock { state in
            state.events.map { EventFrame($0, position: state.history.position(of: $0.seq), text: Frames.text) }
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

    /// Forgets what follows `seq`; another epoch goes on there.
    func fork(after seq: Int64) {
        state.withLock { state in
            state.events.removeLast(state.events.count - Int(seq))
            let ordinal = state.history.newestOrdinal + 1
            let name = String(repeating: ["b", "c", "d"][Int(ordinal) - 2], count: 8)
            state.history.merge([Epoch(ordinal: ordinal, name: name, firstSeq: seq + 1)])
        }
    }

    func breakDown() { state.withLock { $0.isBroken = true } }

    func reading(_ view: StreamView) -> any StreamReading { Reading(log: self, view: view) }

    private struct Reading: StreamReading {
        let log: WrittenLog
        let view: StreamView

        struct Broken: Error {}

        func read(after seq: Int64, through: Int64) async throws -> StreamSource.Stretch {
            try log.state.withLock { state in
                state.reads += 1
                guard !state.isBroken else { throw Broken() }
                let last = min(through, Int64(state.events.count))
                let found = state.events.filter { event in
                    event.seq > seq && event.seq <= last && (view.filter.orderId.map { $0 == event.orderId } ?? true)
                }
                let page = found.prefix(StreamSource.pageSize)
                let reached = page.count < found.count ? page.last?.seq ?? last : last
                return StreamSource.Stretch(
                    frames: page.map {
                        EventFrame($0, position: state.history.position(of: $0.seq), text: Frames.text)
                    },
                    through: reached,
                    history: state.history
                )
            }
        }

        func restart(_ reason: ControlFrame.ResetReason, plain: Bool) async throws -> StreamSource.Beginning {
            log.state.withLock { state in
                let cursor = state.history.position(of: Int64(state.events.count))
                let text = Frames.text(cursor, for: view.audience)
                return StreamSource.Beginning(
                    bytes: ControlFrame.reset(reason, position: text, plain: plain) + ControlFrame.cursor(text),
                    cursor: cursor
                )
            }
        }
    }
}
