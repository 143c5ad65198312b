import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPTransport

@Suite struct FlushConsolidationTests {
    private let channel = EmbeddedChannel()

    init() throws {
        try channel.pipeline.syncOperations.addHandler(FlushConsolidationHandler())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func write(_ count: Int, _ byte: UInt8 = 0) -> EventLoopFuture<Void> {
        channel.write(ByteBuffer(repeating: byte, count: count))
    }

    /// The sizes of the writes that leave, once the turn of the event loop is over.
    private func sent() throws -> [Int] {
        channel.embeddedEventLoop.run()
        var sizes: [Int] = []
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { sizes.append(bytes.readableBytes) }
        return sizes
    }

    @Test func smallWritesOfATurnLeaveTogether() throws {
        let written = (1...3).map { write(100, $0) }
        channel.flush()
        let last = write(50)
        channel.flush()
        #expect(try sent() == [350])
        for future in written + [last] { try future.wait() }
    }

    @Test func aJoinedWriteIsNoLargerThanARecord() throws {
        for _ in 0..<9 { _ = write(4000) }
        channel.flush()
        #expect(try sent() == [16_000, 16_000, 4000])
    }

    @Test func aLargeWriteKeepsItsPlace() throws {
        for count in [10, 100_000, 20] { _ = write(count) }
        channel.flush()
        #expect(try sent() == [10, 100_000, 20])
    }

    @Test func nothingLeavesBeforeAFlush() throws {
        _ = write(10)
        #expect(try sent() == [])
        channel.flush()
        #expect(try sent() == [10])
    }

    @Test func aCloseSendsWhatIsFlushed() throws {
        _ = write(10)
        channel.flush()
        channel.close(promise: nil)
        #expect(try channel.readOutbound(as: ByteBuffer.self)?.readableBytes == 10)
    }
}

@available(*, unavailable)
extension FlushConsolidationTests: Sendable {}
