import NIOCore
import NIOEmbedded
import NIOSSL
import Testing

@testable import HTTPTransport

@Suite struct TLSHandlerTests {
    /// The close of a channel, as far as it has come.
    private final class Outcome {
        var isOver = false
    }

    private func closed(_ future: EventLoopFuture<Void>) -> Outcome {
        let outcome = Outcome()
        future.assumeIsolated().whenComplete { _ in outcome.isOver = true }
        return outcome
    }

    @Test(arguments: [TLSVersion.tlsv12, .tlsv13])
    func contentPassesBothWays(version: TLSVersion) async throws {
        try await TLSPair.with {
            $0.minimumTLSVersion = version
            $0.maximumTLSVersion = version
        } _: { pair in
            // Written before the handshake has begun.
            let early = closed(pair.serverWrites("early "))
            try pair.move()
            #expect(early.isOver)
            let long = String(repeating: "content ", count: 20_000)
            pair.clientWrites(long)
            _ = pair.serverWrites(long)
            try pair.move()
            #expect(pair.seen.text == long)
            #expect(try pair.clientText() == "early " + long)
            #expect(pair.seen.errors.isEmpty)
        }
    }

    @Test func smallWritesOfAFlushShareARecord() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            // The first record has the session tickets before it.
            _ = pair.serverWrites("first")
            try pair.move()
            for _ in 0..<100 { pair.server.write(ByteBuffer(string: "0123456789"), promise: nil) }
            pair.server.flush()
            let count = try pair.move()
            #expect(count > 1000 && count < 1100)
            #expect(try pair.clientText().count == 1005)
        }
    }

    @Test func eachWriteOfAFlushSucceedsOnce() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            let sizes = [10, 40_000, 0, 5, 16_384, 100_000, 1]
            let outcomes = sizes.map { closed(pair.server.write(ByteBuffer(repeating: 120, count: $0))) }
            pair.server.flush()
            #expect(outcomes.filter(\.isOver).count == sizes.count)
            try pair.move()
            #expect(try pair.clientText().count == sizes.reduce(0, +))
        }
    }

    @Test func aCloseWaitsForTheClientsClosingAlert() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            let close = closed(pair.server.close())
            #expect(!close.isOver)
            // NIOSSL's client answers with its own.
            try pair.move()
            #expect(close.isOver)
            #expect(pair.seen.errors.isEmpty)
        }
    }

    @Test func aCloseWaitsTwoSecondsForASilentClient() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            let close = closed(pair.server.close())
            pair.server.embeddedEventLoop.advanceTime(by: .milliseconds(1_999))
            #expect(!close.isOver)
            pair.server.embeddedEventLoop.advanceTime(by: .milliseconds(1))
            #expect(close.isOver)
            #expect(!pair.server.isActive)
        }
    }

    @Test func aWriteThatFailsMayAskForAnotherClose() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            let again = Outcome()
            pair.server.write(ByteBuffer(string: "not flushed")).assumeIsolated().whenFailure { _ in
                pair.server.close().assumeIsolated().whenComplete { _ in again.isOver = true }
            }
            let close = closed(pair.server.close())
            try pair.move()
            #expect(close.isOver)
            #expect(again.isOver)
            #expect(try pair.clientText().isEmpty)
        }
    }

    @Test func contentAfterACloseIsDropped() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            pair.clientWrites("late")
            let close = closed(pair.server.close())
            try pair.move()
            #expect(pair.seen.text.isEmpty)
            #expect(close.isOver)
        }
    }

    @Test func theClientsClosingAlertEndsItsSideAlone() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            pair.clientWrites("last")
            pair.client.close(mode: .output, promise: nil)
            try pair.move()
            #expect(pair.seen.text == "last")
            #expect(pair.seen.isInputClosed)
            #expect(pair.server.isActive)
            // Whatever follows is not kept.
            for _ in 0..<64 { try pair.server.writeInbound(ByteBuffer(repeating: 23, count: 16 * 1024)) }
            #expect(pair.seen.text == "last" && pair.seen.errors.isEmpty)
            #expect(pair.session.waitingCount == 0)
            #expect(closed(pair.serverWrites("answer")).isOver)
            // Both sides have ended then.
            #expect(closed(pair.server.close()).isOver)
            #expect(pair.seen.errors.isEmpty)
        }
    }

    @Test func anEndWithoutTheClosingAlertIsAnError() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            pair.server.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            #expect(pair.seen.errors.map { $0 as? TLSError } == [.truncated])
            #expect(pair.seen.isInputClosed)
        }
        try await TLSPair.with { pair in
            try pair.move()
            pair.server.pipeline.fireChannelInactive()
            #expect(pair.seen.errors.map { $0 as? TLSError } == [.truncated])
        }
    }

    @Test func aHandshakeThatIsCutFails() async throws {
        try await TLSPair.with { pair in
            let hello = try #require(try pair.client.readOutbound(as: ByteBuffer.self))
            try pair.server.writeInbound(try #require(hello.getSlice(at: 0, length: hello.readableBytes / 2)))
            let write = closed(pair.serverWrites("never"))
            pair.server.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
            #expect(pair.seen.errors.map { $0 as? TLSError } == [.endedDuringHandshake])
            #expect(!pair.server.isActive)
            #expect(write.isOver)
        }
    }

    @Test func bytesThatAreNoHandshakeAreRefusedWithAnAlert() async throws {
        try await TLSPair.with { pair in
            try pair.server.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: test\r\n\r\n"))
            #expect(pair.seen.errors.map { $0 as? TLSError } == [.refused("HTTP_REQUEST")])
            #expect(!pair.server.isActive)
        }
    }

    @Test func aForgedRecordClosesTheConnectionWithAnAlert() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            pair.clientWrites("content")
            var record = try #require(try pair.client.readOutbound(as: ByteBuffer.self))
            let last = record.writerIndex - 1
            record.setInteger(try #require(record.getInteger(at: last, as: UInt8.self)) ^ 1, at: last)
            try pair.server.writeInbound(record)
            #expect(pair.seen.text.isEmpty)
            #expect(pair.seen.errors.map { $0 as? TLSError } == [.refused("DECRYPTION_FAILED_OR_BAD_RECORD_MAC")])
            #expect(!pair.server.isActive)
            #expect(try pair.server.readOutbound(as: ByteBuffer.self) != nil)
        }
    }

    @Test func aSessionIsNotGivenAwayBeforeItsHandshake() async throws {
        try await TLSPair.with { pair in
            #expect(!pair.handler.offer(0, on: pair.server) { _ in true })
            try pair.move()
            #expect(pair.handler.offer(0, on: pair.server) { _ in true })
        }
    }

    @Test func aSessionThatIsNotTakenGoesOnInItsChannel() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            #expect(!pair.handler.offer(0, on: pair.server) { _ in false })
            _ = pair.serverWrites("more")
            pair.clientWrites("too")
            try pair.move()
            #expect(try pair.clientText() == "more")
            #expect(pair.seen.text == "too")
        }
    }

    @Test func aChannelWhoseSessionIsTakenClosesInSilence() async throws {
        try await TLSPair.with { pair in
            try pair.move()
            var taken: TLSSession?
            #expect(
                pair.handler.offer(0, on: pair.server) {
                    taken = $0
                    return true
                }
            )
            #expect(closed(pair.server.close()).isOver)
            #expect(try pair.server.readOutbound(as: ByteBuffer.self) == nil)
            #expect(taken != nil)
            #expect(pair.seen.errors.isEmpty)
        }
    }
}
