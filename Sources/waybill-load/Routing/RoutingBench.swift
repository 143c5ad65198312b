import EventStreams
import Foundation
import OrderLog
import Orders
import Primitives

/// A measurement of the time from publishing an event to its frame: a hub with streams of single orders on one lane,
/// whose clients are the other ends of socket pairs.
struct RoutingBench: Sendable {
    let streams: Int
    let events: Int

    struct Outcome: Sendable {
        var latency = LatencyHistogram()
        /// The mean time from publishing an event to its frame's arrival, in microseconds.
        var mean = 0.0
        /// The CPU time of publisher, lane and client for each event, in microseconds.
        var processor = 0.0
    }

    /// The number of events before the measured ones.
    private static let warmUp = 2000

    /// Opens the streams and publishes the events.
    func run() async throws -> Outcome {
        var settings = StreamHub.Settings()
        settings.maximumStreams = streams
        settings.lanes = 1
        // Avoids heartbeats, which would disturb the measurement.
        settings.heartbeat = .seconds(3600)
        let hub = StreamHub(positionEncoder: PositionEncoder { "\($0)" }, settings: settings, logger: Service.logger) {
            _ in
            UnreadLog()
        }
        let history = EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)])
        hub.begin(after: 0, in: history)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await hub.run() }
            let outcome = try await BlockingWork.run { try measure(hub, history) }
            group.cancelAll()
            return outcome
        }
    }

    private func measure(_ hub: StreamHub, _ history: EpochTable) throws -> Outcome {
        let orders = (0..<streams).map { _ in UUID() }
        var clients = Clients(reserving: streams)
        defer { clients.close() }
        for order in orders { try clients.open(order, hub) }
        var outcome = Outcome()
        var seq: Int64 = 0
        func publish() throws -> UInt64 {
            seq += 1
            let index = Int.random(in: 0..<streams)
            let event = RoutedEvent.make(seq: seq, order: orders[index])
            let began = Clock.now()
            hub.publish([event], in: history)
            try clients.awaitFrame(index)
            return Clock.now() - began
        }
        for _ in 0..<Self.warmUp { _ = try publish() }
        let (processor, began) = (Self.processorTime(), Clock.now())
        for _ in 0..<events { outcome.latency.record(nanoseconds: try publish()) }
        outcome.mean = Double(Clock.now() - began) / Double(events) / 1000
        outcome.processor = Double(Self.processorTime() - processor) / Double(events) / 1000
        return outcome
    }

    /// The CPU time of this process in nanoseconds (clock_gettime(2)).
    private static func processorTime() -> UInt64 { SystemClock.processNanoseconds() }

    /// A log that is never read, since no stream here falls behind the recent events.
    private struct UnreadLog: StreamReading {
        func read(after seq: Int64, through: Int64) async throws -> StreamSource.EventPage { throw Unexpected() }
        func restartPreamble(for reason: ControlFrame.ResetReason) async throws -> Preamble {
            throw Unexpected()
        }
    }

    private struct Unexpected: Error {}
}

extension RoutingBench {
    /// The clients' ends of the socket pairs.
    private struct Clients {
        private var ends: [Int32] = []
        private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)

        init(reserving count: Int) { ends.reserveCapacity(count) }

        /// Opens a stream of an order.
        mutating func open(_ order: UUID, _ hub: StreamHub) throws {
            var pair: [Int32] = [-1, -1]
            guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
                throw LoadFailure.system("socketpair")
            }
            ends.append(pair[0])
            // Waits until the hub's lane has started.
            let deadline = Clock.now() + 10_000_000_000
            let point = HandoffPoint(cursor: 0, knownForks: 0, expiry: nil, place: try hub.admit())
            while !hub.adopt(.socket(pair[1]), showing: RoutedEvent.view(of: order), at: point) {
                guard Clock.now() < deadline else { throw LoadFailure("the hub has no lane") }
                sched_yield()
            }
        }

        /// Waits for the frame of the event that was published last.
        func awaitFrame(_ index: Int) throws {
            var end = pollfd(fd: ends[index], events: Int16(POLLIN), revents: 0)
            guard poll(&end, 1, 10_000) == 1 else { throw LoadFailure("a stream was not sent its event") }
            guard recv(end.fd, buffer.baseAddress, buffer.count, 0) > 0 else { throw LoadFailure.system("recv") }
        }

        func close() {
            for end in ends { Glibc.close(end) }
            buffer.deallocate()
        }
    }
}
