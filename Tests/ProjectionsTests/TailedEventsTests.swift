import Foundation
import LogSupport
import OrderLog
import Orders
import Testing

@testable import Projections

/// The events of the tail stand for the log's own only where they are the very same.
@Suite struct TailedEventsTests {
    private let history = EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)])
    private let other = EpochTable([
        Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1), Epoch(ordinal: 2, name: "bbbbbbbb", firstSeq: 4),
    ])

    private func event(_ seq: Int64, bytes: Int = 2) -> LoggedEvent {
        LoggedEvent(
            seq: seq,
            orderId: UUID(),
            version: 1,
            number: "1",
            shop: "aurora",
            customer: "c",
            type: "NoteAdded",
            schema: 1,
            statusBefore: nil,
            status: "placed",
            data: nil,
            internal: [UInt8](repeating: 0x20, count: bytes),
            actor: "backend:test",
            commandId: "k",
            correlationId: nil,
            causationId: nil,
            occurredAt: Timestamp(unixMicroseconds: 0),
            recordedAt: Timestamp(unixMicroseconds: 0)
        )
    }

    private func seqs(_ events: TailedEvents, after seq: Int64, through head: Int64 = 100, limit: Int = 100) -> [Int64]?
    {
        events.events(after: seq, through: head, limit: limit, byteLimit: 1 << 20, in: history)?.events.map(\.seq)
    }

    @Test func eventsFollowEachOtherUpToTheHead() {
        let events = TailedEvents()
        events.add([event(3), event(4)], in: history)
        events.add([event(5)], in: history)
        #expect(seqs(events, after: 2) == [3, 4, 5])
        #expect(seqs(events, after: 4) == [5])
        #expect(seqs(events, after: 2, through: 4) == [3, 4])
        #expect(seqs(events, after: 1) == nil)
        #expect(seqs(events, after: 5) == nil)
        #expect(seqs(events, after: 4, through: 4) == nil)
    }

    @Test func aGapOrAnotherHistoryReplacesAll() {
        let events = TailedEvents()
        events.add([event(1), event(2)], in: history)
        events.add([event(4)], in: history)
        #expect(seqs(events, after: 0) == nil)
        #expect(seqs(events, after: 3) == [4])
        events.add([event(5)], in: other)
        #expect(seqs(events, after: 3) == nil)
        #expect(events.events(after: 4, through: 9, limit: 9, byteLimit: 9, in: other)?.events.map(\.seq) == [5])
    }

    @Test func aPageIsCutByNumberAndBytes() throws {
        let events = TailedEvents()
        events.add((1...5).map { event($0, bytes: 10) }, in: history)
        #expect(seqs(events, after: 0, limit: 2) == [1, 2])
        let page = try #require(events.events(after: 0, through: 9, limit: 9, byteLimit: 25, in: history))
        #expect(page.events.map(\.seq) == [1, 2, 3] && page.isCut)
        #expect(try !#require(events.events(after: 0, through: 9, limit: 5, byteLimit: 99, in: history)).isCut)
    }

    @Test func theOldestEventsGiveWay() {
        let events = TailedEvents()
        events.add((1...3).map { event($0, bytes: 2 << 20) }, in: history)
        #expect(seqs(events, after: 0) == nil)
        #expect(events.events(after: 1, through: 9, limit: 9, byteLimit: 9 << 20, in: history)?.events.count == 2)
    }
}
