import NIOCore
import Testing

@testable import HTTPTransport

@Suite struct HTTP2HeaderBytesTests {
    private let preface = HTTPVersion.preface
    private var bytes = HTTP2HeaderBytes()

    private func frame(_ kind: UInt8, flags: UInt8 = 0, _ count: Int) -> [UInt8] {
        [0, UInt8(count >> 8), UInt8(count & 255), kind, flags, 0, 0, 0, 1] + Array(repeating: 0, count: count)
    }

    private mutating func receive(_ received: [UInt8]) -> Int {
        bytes.receive(ByteBuffer(bytes: received).readableBytesView)
        return bytes.pending
    }

    @Test mutating func aBlockIsKeptUntilItsLastFrame() {
        #expect(receive(preface + frame(0x4, 12)) == 0)
        #expect(receive(frame(0x1, 1000)) == 1009)
        #expect(receive(frame(0x9, 500)) == 1518)
        #expect(receive(frame(0x9, flags: 0x4, 500)) == 0)
        #expect(receive(frame(0x1, flags: 0x5, 300)) == 0)
    }

    @Test mutating func aFrameThatIsNotWholeIsKept() {
        let settings = frame(0x4, 600)
        #expect(receive(preface + settings.prefix(9)) == 0)
        #expect(receive(Array(settings[9..<400])) == 391)
        #expect(receive(Array(settings[400...])) == 0)
        #expect(receive(Array(frame(0x1, 10).prefix(5))) == 5)
    }

    @Test mutating func dataIsPassedOnAsItComes() {
        let data = frame(0x0, 900)
        #expect(receive(preface + data.prefix(500)) == 0)
        #expect(receive(Array(data[500...])) == 0)
    }

    @Test mutating func theSegmentsMakeNoDifference() {
        let all = preface + frame(0x4, 12) + frame(0x0, 40) + frame(0x1, 30) + frame(0x9, 7)
        for byte in all { _ = receive([byte]) }
        #expect(bytes.pending == 55)
    }
}
