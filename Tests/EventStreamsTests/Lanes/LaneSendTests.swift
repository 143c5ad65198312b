import Foundation
import HTTPTransport
import TestSupport
import Testing

@testable import EventStreams

/// Sends of many streams at once, by io_uring and by a call for each.
@Suite(.serialized) struct LaneSendTests {
    /// More streams than one batch holds, with slow readers, streams of one order and clients that leave among them.
    @Test(arguments: [true, false])
    func manyStreamsGetExactlyTheirEvents(usesRing: Bool) async throws {
        let count = SendBatch.capacity + 14
        let text = "\"" + String(repeating: "x", count: 700) + "\""
        try await LaneBench.with({ $0.usesSendRing = usesRing }) { bench in
            var clients: [LaneClient] = []
            for index in 0..<count {
                let view = index % 7 == 3 ? LaneBench.view(order: Frames.orders[1]) : LaneBench.everything
                let isSlow = index % 100 == 10
                clients.append(try await bench.open(view, after: 0, receiveBuffer: isSlow ? 4096 : 32 * 1024))
            }
            var left: Set<Int> = []
            for round in 0..<6 {
                bench.publish(20, text: text)
                // Some leave while events are under way, several of them next to each other in their group.
                for index in [round * 20, round * 20 + 1] {
                    round % 2 == 0 ? clients[index].close() : clients[index].reset()
                    left.insert(index)
                }
                for (index, client) in clients.enumerated() where !left.contains(index) && index % 100 != 10 {
                    client.read()
                    // Other tests have their turn.
                    await Task.yield()
                }
            }
            let stayed = clients.enumerated().filter { !left.contains($0.offset) }
            for (index, client) in stayed {
                let expected = index % 7 == 3 ? Array(stride(from: Int64(1), through: 118, by: 3)) : Array(1...120)
                #expect(try await client.waits { $0.events.last == expected.last }, "stream \(index)")
                #expect(client.events == expected, "stream \(index)")
            }
            #expect(try await eventually { bench.hub.openStreams == stayed.count })
        }
    }

    @Test(arguments: [true, false])
    func heartbeatsOfManyStreamsCome(usesRing: Bool) async throws {
        try await LaneBench.with({
            $0.usesSendRing = usesRing
            $0.heartbeat = .milliseconds(200)
        }) { bench in
            bench.publish(1)
            var clients: [LaneClient] = []
            for _ in 0..<SendBatch.capacity + 4 { clients.append(try await bench.open(after: 1)) }
            for client in clients {
                #expect(try await client.waits { $0.text.hasPrefix("id: aaaaaaaa-1\n\nid: aaaaaaaa-1\n\n") })
            }
        }
    }

    /// A batch tells of each send what a call of its own would tell.
    @Test(arguments: [true, false])
    func aBatchTellsTheOutcomeOfEachSend(usesRing: Bool) throws {
        var batch = SendBatch()
        if usesRing { batch.openRing() }
        let bytes = [UInt8](repeating: 65, count: 8 << 20)
        for _ in 0..<3 {
            let taken = try LaneClient.pair()
            let reset = try LaneClient.pair()
            // The kernel's room for this reader does not change with time, as TCP's windows do.
            var full: [CInt] = [-1, -1]
            try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &full) == 0)
            defer { for descriptor in full + [taken.other, reset.other] { close(descriptor) } }
            reset.client.reset()
            try bytes.withUnsafeBytes { bytes in
                let few = UnsafeRawBufferPointer(rebasing: bytes[..<300])
                batch.add(few, on: taken.other)
                batch.add(bytes, on: full[0])
                batch.add(few, on: reset.other)
                batch.add(few, on: -1)
                batch.add(few, on: taken.other)
                batch.run()
                let outcomes = Self.outcomes(of: batch)
                guard case .bytes(let part, false, true) = outcomes[1] else { throw POSIXError(.EPIPE) }
                #expect(part > 0 && part < bytes.count)
                let whole = SocketSend.bytes(300, isComplete: true, hasProgressed: true)
                #expect(outcomes == [whole, outcomes[1], .gone, .gone, whole])
                batch.removeAll()
                // The socket takes no more.
                let nothing = SocketSend.bytes(0, isComplete: false, hasProgressed: false)
                while LaneSocket.send(few, on: full[0]) != nothing {}
                while !batch.isFull { batch.add(few, on: full[0]) }
                batch.run()
                #expect(Self.outcomes(of: batch) == Array(repeating: nothing, count: SendBatch.capacity))
                batch.removeAll()
            }
            taken.client.read()
        }
    }

    private static let hasRings: Bool = {
        var batch = SendBatch()
        batch.openRing()
        return batch.ringDescriptor != nil
    }()

    /// The kernel may refuse later what it granted at first.
    @Test(.enabled(if: hasRings)) func aRingThatFailsLeavesItsSendsToCalls() throws {
        var batch = SendBatch()
        batch.openRing()
        let descriptor = batch.ringDescriptor
        let ring = try #require(descriptor)
        var pair: [CInt] = [-1, -1]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &pair) == 0)
        defer { for descriptor in pair { close(descriptor) } }
        let bytes = [UInt8](repeating: 65, count: 300)
        try bytes.withUnsafeBytes { bytes in
            for _ in 0..<8 { batch.add(bytes, on: pair[0]) }
            batch.run()
            let whole = SocketSend.bytes(300, isComplete: true, hasProgressed: true)
            #expect(Self.outcomes(of: batch) == Array(repeating: whole, count: 8))
            batch.removeAll()
            // No ring is behind the descriptor any more.
            let null = open("/dev/null", O_RDONLY)
            try #require(dup2(null, ring) == ring)
            close(null)
            for _ in 0..<8 { batch.add(bytes, on: pair[0]) }
            batch.run()
            let left = batch.ringDescriptor
            #expect(left == nil)
            #expect(Self.outcomes(of: batch) == Array(repeating: whole, count: 8))
            batch.removeAll()
        }
        var taken = [UInt8](repeating: 0, count: 10_000)
        #expect(read(pair[1], &taken, taken.count) == 16 * 300)
    }

    private static func outcomes(of batch: borrowing SendBatch) -> [SocketSend] {
        var outcomes: [SocketSend] = []
        for index in 0..<batch.count { outcomes.append(batch.outcome(of: index)) }
        return outcomes
    }
}
