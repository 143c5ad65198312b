import LogRelay
import NIOCore
import OrderLog
import Testing

/// Messages between the relay and edges.
@Suite struct RelayCodecTests {
    private let codec = RelayCodec(secret: Array(repeating: 7, count: 32))
    private let history = HistoryProof(Events.history(("aaaaaaaa", 1), ("bbbbbbbb", 3)))

    private func message(_ content: RelayMessage.Content) -> RelayMessage {
        RelayMessage(history: history, head: 300, sentAt: 1_700_000_000_000_000, content: content)
    }

    @Test func messagesAreReadAsTheyWereWritten() throws {
        let contents: [RelayMessage.Content] = [
            .batch([]), .batch(Events.events(1...300)), .heartbeat, .question(nonce: .max), .answer(nonce: 0),
        ]
        for content in contents {
            #expect(try codec.decode(codec.encode(message(content))) == message(content))
        }
    }

    @Test func everyCutOrChangedByteIsNoticed() {
        let bytes = Array(codec.encode(message(.batch(Events.events(1...2)))).readableBytesView)
        for index in bytes.indices {
            #expect(throws: RelayMessageError.self) { try codec.decode(ByteBuffer(bytes: bytes[..<index])) }
            var changed = bytes
            changed[index] ^= 1
            #expect(throws: RelayMessageError.self) { try codec.decode(ByteBuffer(bytes: changed)) }
        }
    }

    @Test func messageOfAnotherLogIsForged() {
        let other = RelayCodec(secret: Array(repeating: 8, count: 32))
        let bytes = other.encode(message(.heartbeat))
        #expect(throws: RelayMessageError.forged) { try codec.decode(bytes) }
    }

    @Test func proofTellsTheRelationOfHistories() {
        let first = Events.history(("aaaaaaaa", 1))
        let second = Events.history(("aaaaaaaa", 1), ("bbbbbbbb", 81))
        let other = Events.history(("aaaaaaaa", 1), ("cccccccc", 81))
        #expect(HistoryProof(second).relation(to: second) == .same)
        #expect(HistoryProof(second).relation(to: first) == .continues(second))
        #expect(HistoryProof(second).relation(to: Events.history()) == .continues(second))
        #expect(HistoryProof(first).relation(to: second) == .former)
        #expect(HistoryProof(other).relation(to: second) == .other)
        let names = (1...20).map { Epoch(ordinal: Int64($0), name: "epoch\(100 + $0)", firstSeq: Int64($0)) }
        let long = EpochTable(names)
        #expect(HistoryProof(long).relation(to: EpochTable(Array(names.prefix(12)))) == .continues(long))
        #expect(HistoryProof(long).relation(to: EpochTable(Array(names.prefix(11)))) == .other)
    }
}
