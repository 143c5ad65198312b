import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPTransport

@Suite struct HeadMeterTests {
    private let budget = MemoryBudget(limit: 100)

    private func channel() throws -> (channel: EmbeddedChannel, meter: HeadMeter) {
        let (channel, meter) = (EmbeddedChannel(), HeadMeter(budget))
        try channel.pipeline.syncOperations.addHandler(meter)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return (channel, meter)
    }

    private func send(_ count: Int, to channel: EmbeddedChannel) throws {
        try channel.writeInbound(ByteBuffer(repeating: 0x61, count: count))
    }

    /// The bytes that are left.
    private var room: Int {
        let room = (0...100).last {
            budget.take($0)
                ? {
                    budget.give($0); return true
                }($0) : false
        }
        return room ?? -1
    }

    @Test func headersThatAreNotCompleteAreCountedTogether() throws {
        let (first, second) = (try channel(), try channel())
        try send(60, to: first.channel)
        try send(30, to: second.channel)
        #expect(room == 10)
        try send(30, to: second.channel)
        #expect(!second.channel.isActive && first.channel.isActive)
        second.channel.embeddedEventLoop.run()
        #expect(room == 40)
    }

    @Test func aCompleteHeaderGivesItsBytesBack() throws {
        let (channel, meter) = try channel()
        try send(60, to: channel)
        meter.headCompleted()
        try send(90, to: channel)
        #expect(room == 100)
        meter.requestEnded()
        try send(5, to: channel)
        #expect(room == 5)
    }
}
