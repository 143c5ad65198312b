import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPTransport

/// The meter before a real decoder.
@Suite struct HeadMeterTests {
    private let budget = HeaderBudget(limit: 2000)

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let pipeline = channel.pipeline.syncOperations
        let header = PendingHeader(of: .forTests(channel), budget: budget, timeout: .seconds(30))
        let (decoder, meter) = (UpgradeHandler.decoder(NIOHTTPDecoderLimitConfiguration()), HeadMeter(header))
        try pipeline.addHandler(meter)
        try pipeline.addHandler(decoder)
        try pipeline.addHandler(
            UpgradeHandler(after: decoder, limits: NIOHTTPDecoderLimitConfiguration(), meter: meter)
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func send(_ text: String, to channel: EmbeddedChannel) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    /// The first bytes of a header, and the memory that they are counted as: two bytes for each, and two fields.
    private let part = "GET / HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "x", count: 345)
    private let memory = 2 * 373 + 2 * 64

    @Test func headersThatAreNotCompleteAreCountedTogether() throws {
        let (first, second, third) = (try channel(), try channel(), try channel())
        for (seconds, channel) in [second, third].enumerated() {
            channel.embeddedEventLoop.advanceTime(by: .seconds(Int64(seconds) + 1))
        }
        try send(part, to: first)
        try send(part, to: second)
        #expect(budget.used == 2 * memory)
        try send(part, to: third)
        #expect(!first.isActive && second.isActive && third.isActive)
        first.embeddedEventLoop.run()
        #expect(budget.used == 2 * memory)
    }

    @Test func aCompleteHeaderGivesItsBytesBack() throws {
        let channel = try channel()
        try send(part, to: channel)
        try send("\r\n\r\n", to: channel)
        #expect(budget.used == 0)
        channel.embeddedEventLoop.advanceTime(by: .seconds(100))
        #expect(channel.isActive)
    }

    @Test func aWholeRequestIsNeverCounted() throws {
        let channel = try channel()
        let body = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        for text in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", body, body + body] {
            try send(text, to: channel)
            #expect(budget.used == 0)
        }
    }

    @Test func aHeaderBehindAWholeRequestIsCounted() throws {
        let channel = try channel()
        try send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + part, to: channel)
        #expect(budget.used == memory)
    }

    @Test func trailersThatAreNotCompleteAreCounted() throws {
        let channel = try channel()
        try send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n", to: channel)
        try send("0\r\nX: " + String(repeating: "x", count: 400), to: channel)
        #expect((800..<1100).contains(budget.used))
        try send("\r\n\r\n", to: channel)
        #expect(budget.used == 0)
    }

    @Test func nothingOfFinishedRequestsIsCounted() throws {
        let channel = try channel()
        let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunks = String(repeating: "1\r\nx\r\n", count: 40)
        try send(head + chunks + "1\r\nx", to: channel)
        #expect(budget.used == 0)
        try send("\r\n" + chunks + "0\r\n\r\n", to: channel)
        #expect(budget.used == 0)
        try send("GET / HTTP/1.1\r\nHost:" + String(repeating: " ", count: 300) + "x\r\n\r\n", to: channel)
        #expect(budget.used == 0)
    }

    @Test func aHeaderHasADeadline() throws {
        let channel = try channel()
        for _ in 0..<4 {
            try send("GET / HTTP/1.1\r\nHost: x\r\n\r\n", to: channel)
            channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        }
        #expect(channel.isActive)
        try send("GET / HTTP/1.1\r\nX: ", to: channel)
        for _ in 0..<2 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(14))
            try send("y", to: channel)
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(3))
        #expect(!channel.isActive)
    }
}
