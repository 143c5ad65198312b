import EventStreams
import Foundation
import OrderLog
import Orders
import Primitives

/// A hub with streams of single orders on its lane, whose clients are the other ends of socket pairs.
struct RoutingBench: Sendable {
    let streams: Int
    let events: Int

    struct Outcome: Sendable {
        var latency = LatencyHistogram()
        /// Microseconds from publishing an event to its frame's arrival.
        var mean = 0.0
        /// CPU of publisher, lane and client, in microseconds an event.
        var processor = 0.0
    }

    /// Events before the measured ones.
    private static let warmUp = 2000

    func run() async throws -> Outcome {
        var settings = StreamHub.Settings()
        settings.maximumStreams = streams
        settings.lanes = 1
        // Heartbeats are not what is measured.
        settings.heartbeat = .seconds(3600)
        let hub = StreamHub(text: PositionEncoder { "\($0)" }, settings: settings, logger: Service.logger) { _ in
            NoLog()
        }
        let history = EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)])
        hub.begin(after: 0, in: history)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await hub.run() }
            let outcome = try await Threads.one { try measure(hub, history) }
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
            let event = RoutedEvent.make(seq, orders[index])
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

    /// CPU that this process has used, in nanoseconds (clock_gettime(2)).
    private static func processorTime() -> UInt64 { SystemClock.processNanoseconds() }

    /// Nobody falls behind the ring here.
    private struct NoLog: StreamReading {
        func read(after seq: Int64, through: Int64) async throws -> StreamSource.Stretch { throw Needless() }
        func restart(_ reason: ControlFrame.ResetReason, plain: Bool) async throws -> StreamSource.Beginning {
            throw Needless()
        }
    }

    private struct Needless: Error {}
}

extension RoutingBench {
    /// The clients' ends.
    private struct Clients {
        private var ends: [Int32] = []
        private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)

        init(reserving count: Int) { ends.reserveCapacity(count) }

        /// Opens the stream of an order.
        mutating func open(_ order: UUID, _ hub: StreamHub) throws {
            var pair: [Int32] = [-1, -1]
            guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0 else {
                throw LoadFailure.system("socketpair")
            }
            ends.append(pair[0])
            // The hub's threads start with its service.
            let deadline = Clock.now() + 10_000_000_000
            let place = StreamPlace(cursor: 0, forks: try hub.admit(), expiry: nil)
            while !hub.adopt(.socket(pair[1]), RoutedEvent.view(of: order), at: place) {
                guard Clock.now() < deadline else { throw LoadFailure("the hub has no lane") }
                sched_yield()
            }
        }

        /// Waits for the event that was published last.
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
