import Foundation
import Orders
import Testing

@testable import OrderLog

@Suite struct HeldEventsTests {
    private static let first = EpochTable([Epoch(ordinal: 1, name: "aaaaaaaa", firstSeq: 1)])
    private static let second = EpochTable(first.epochs + [Epoch(ordinal: 2, name: "bbbbbbbb", firstSeq: 13)])

    private func event(_ seq: Int64, bytes: Int = 0) -> LoggedEvent {
        LoggedEvent(
            seq: seq,
            orderId: UUID(uuidString: "00000000-0000-0000-0000-000000000001") ?? UUID(),
            version: Int(seq),
            number: "N",
            shop: "aurora",
            customer: "c",
            type: "orderPlaced",
            schema: 1,
            statusBefore: nil,
            status: "placed",
            data: [UInt8](repeating: 0x20, count: bytes),
            internal: [],
            actor: "a",
            commandId: "k",
            correlationId: nil,
            causationId: nil,
            occurredAt: Timestamp(unixMicroseconds: 0),
            recordedAt: Timestamp(unixMicroseconds: 0)
        )
    }

    private func held(capacity: Int = 1 << 20) -> HeldEvents {
        var held = HeldEvents(capacity: capacity)
        held.begin(after: 10, in: Self.first)
        return held
    }

    @Test func nothingIsTakenBeforeTheBeginningIsDurable() {
        var held = held()
        held.add([event(11)], in: Self.first)
        #expect(held.takeDurable { _ in nil }.isEmpty)
        #expect(held.takeDurable { _ in 9 }.isEmpty)
        #expect(held.takeDurable { _ in 10 } == [.begin(after: 10, Self.first)])
        #expect(held.goal?.seq == 11)
    }

    @Test func durableEventsOfABatchGoAheadOfTheOthers() {
        var held = held()
        held.add([event(11), event(12)], in: Self.first)
        held.add([event(13)], in: Self.first)
        #expect(
            held.takeDurable { _ in 11 } == [.begin(after: 10, Self.first), .publish([event(11)], Self.first)]
        )
        #expect(held.takeDurable { _ in 11 }.isEmpty)
        #expect(
            held.takeDurable { _ in 13 }
                == [.publish([event(12)], Self.first), .publish([event(13)], Self.first)]
        )
        #expect(held.goal == nil)
    }

    @Test func aForkForgetsWhatNobodyWasToldOf() {
        var held = held()
        _ = held.takeDurable { _ in 10 }
        held.add([event(11), event(12), event(13)], in: Self.first)
        held.add([event(14)], in: Self.first)
        #expect(held.fork(after: 12, to: Self.second) == .fork(after: 12, Self.second))
        #expect(held.goal?.seq == 12)
        #expect(held.takeDurable { _ in 20 } == [.publish([event(11), event(12)], Self.second)])
    }

    @Test func aForkBeforeTheBeginningIsNoForkForStreams() {
        var held = held()
        #expect(held.fork(after: 7, to: Self.second) == nil)
        #expect(held.takeDurable { _ in 7 } == [.begin(after: 7, Self.second)])
    }

    @Test func theOldestEventsAreForgottenWhereTooManyWait() {
        var held = held(capacity: 10_000)
        for seq in 11...30 { held.add([event(Int64(seq), bytes: 1000)], in: Self.first) }
        let calls = held.takeDurable { _ in 30 }
        #expect(calls.first == .begin(after: 10, Self.first))
        #expect(calls.count == 5)
        #expect(calls.last == .publish([event(30, bytes: 1000)], Self.first))
        held.add([event(31, bytes: 1 << 20)], in: Self.first)
        #expect(held.takeDurable { _ in 31 }.count == 1)
    }
}
