import NIOCore
import OrderLog
import Telemetry
import Testing

@testable import LogRelay

/// The events that wait for Redis.
@Suite struct RelayQueueTests {
    private let history = Events.history(("aaaaaaaa", 1))
    private let metrics = MetricsRegistry()

    private func queue(byteLimit: Int = 8 << 20, leads: @escaping @Sendable () -> Bool = { true }) throws -> RelayQueue
    {
        let queue = RelayQueue(byteLimit: byteLimit, metrics: try RelayMetrics(metrics), isLeader: leads)
        queue.begin(after: 0, in: history)
        return queue
    }

    @Test func eventsComeInOrderAndInMessagesOfAMebibyte() throws {
        let queue = try queue()
        let large = (1...30).map { Events.event($0, text: String(repeating: "x", count: 100_000)) }
        for event in large { queue.publish([event], in: history) }
        var batches: [[LoggedEvent]] = []
        while let batch = queue.next() { batches.append(batch.events) }
        #expect(batches.flatMap { $0 } == large)
        #expect(batches.count > 1)
        let codec = RelayCodec(secret: [1])
        for events in batches {
            let message = RelayMessage(
                history: HistoryProof(history),
                head: 60,
                sentAt: 0,
                content: .batch(events)
            )
            #expect(codec.encode(message).readableBytes <= RelayCodec.messageLimit)
        }
        #expect(queue.bytes == 0)
    }

    @Test func whatRedisDoesNotTakeIsDroppedAndNothingGrows() throws {
        let queue = try queue(byteLimit: 2000)
        for seq in 1...100 { queue.publish([Events.event(Int64(seq))], in: history) }
        #expect(queue.bytes <= 2000)
        let batch = try #require(queue.next())
        #expect(batch.events.last?.seq == 100)
        #expect(zip(batch.events, batch.events.dropFirst()).allSatisfy { $0.seq + 1 == $1.seq })
        #expect(metrics.exposition().contains("waybill_relay_dropped_events_total \(100 - batch.events.count)\n"))
    }

    @Test func batchBeyondTheLimitIsDropped() throws {
        let queue = try queue(byteLimit: 2000)
        queue.publish(Events.events(1...100), in: history)
        #expect(queue.next() == nil)
        #expect(queue.published?.head == 100)
    }

    @Test func heartbeatTellsTheHeadThatWasPublished() throws {
        let queue = try queue()
        queue.publish(Events.events(1...3), in: history)
        #expect(queue.published?.head == 0)
        _ = queue.next()
        #expect(queue.published?.head == 3)
        queue.fork(after: 2, to: Events.history(("aaaaaaaa", 1), ("bbbbbbbb", 3)))
        #expect(queue.published?.head == 2)
    }

    @Test func processThatDoesNotLeadKeepsNothing() throws {
        let queue = try queue(leads: { false })
        queue.publish(Events.events(1...3), in: history)
        #expect(queue.next() == nil)
        #expect(queue.published?.head == 3)
    }
}
