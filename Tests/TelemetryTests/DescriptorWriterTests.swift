import Glibc
import Testing

@testable import Telemetry

@Suite struct DescriptorWriterTests {
    /// fcntl(2)'s `F_GETPIPE_SZ`, which Glibc's module map leaves out.
    private static let getPipeSize: Int32 = 1032

    private func pipeEnds() -> (reading: Int32, writing: Int32) {
        DescriptorWriter.ignoreWriteSignals()
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        return (ends[0], ends[1])
    }

    @Test func aFullDiskIsAnError() {
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let error = #expect(throws: DescriptorWriteError.self) {
            try DescriptorWriter(descriptor: full).write([1, 2, 3])
        }
        #expect(error?.reason == .failed(errno: ENOSPC))
        #expect(error?.description == "No space left on device")
        #expect(error?.written == 0)
    }

    @Test func aReaderThatHasGoneIsAnError() {
        let ends = pipeEnds()
        close(ends.reading)
        defer { close(ends.writing) }
        let error = #expect(throws: DescriptorWriteError.self) {
            try DescriptorWriter(descriptor: ends.writing).write([1])
        }
        #expect(error?.isReaderGone == true)
    }

    @Test func aClosedDescriptorIsAnError() {
        let error = #expect(throws: DescriptorWriteError.self) {
            try DescriptorWriter(descriptor: 9999).write([1])
        }
        #expect(error?.description == "it is closed")
    }

    @Test(arguments: [false, true])
    func aReaderThatTakesNothingIsWaitedForUntilTheDeadline(isNonBlocking: Bool) {
        let ends = pipeEnds()
        defer {
            close(ends.reading)
            close(ends.writing)
        }
        if isNonBlocking { _ = fcntl(ends.writing, F_SETFL, O_NONBLOCK) }
        let size = Int(fcntl(ends.writing, Self.getPipeSize))
        let began = ContinuousClock.now
        let error = #expect(throws: DescriptorWriteError.self) {
            try DescriptorWriter(descriptor: ends.writing)
                .write([UInt8](repeating: 7, count: size + 1), within: .milliseconds(100))
        }
        #expect(error?.reason == .timedOut)
        #expect(error?.written == size)
        #expect((.milliseconds(100)...Duration.seconds(10)).contains(ContinuousClock.now - began))
    }

    @Test func cancellationEndsTheWait() {
        let ends = pipeEnds()
        defer {
            close(ends.reading)
            close(ends.writing)
        }
        let size = Int(fcntl(ends.writing, Self.getPipeSize))
        let error = #expect(throws: DescriptorWriteError.self) {
            try DescriptorWriter(descriptor: ends.writing)
                .write([UInt8](repeating: 7, count: size + 1), isCancelled: { true })
        }
        #expect(error?.reason == .cancelled)
    }
}
