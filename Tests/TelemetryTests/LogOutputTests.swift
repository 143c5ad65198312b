import Foundation
import Glibc
import Logging
import Primitives
import Synchronization
import Testing

@testable import Telemetry

@Suite struct LogOutputTests {
    /// A pipe that nobody reads until it is told to, with room for one page.
    private struct UnreadPipe {
        /// fcntl(2)'s `F_SETPIPE_SZ`, which Glibc's module map leaves out.
        private static let setPipeSize: Int32 = 1031

        let reading: Int32
        let writing: Int32

        init() {
            var ends: [Int32] = [0, 0]
            pipe(&ends)
            (reading, writing) = (ends[0], ends[1])
            _ = fcntl(writing, Self.setPipeSize, 4096)
        }

    }

    /// Reads a descriptor until its writing end is closed, on a thread of its own: a flush that waits in a task must
    /// not keep the reader from its turn.
    private static func readToEnd(_ descriptor: Int32) throws -> OneShotPromise<Data> {
        let contents = OneShotPromise<Data>()
        try NamedThread.start("reader") {
            var data = Data()
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &chunk, chunk.count)
                guard count > 0 else { break }
                data += chunk[..<count]
            }
            contents.fulfill(data)
        }
        return contents
    }

    @Test func concurrentRecordsDoNotMixTheirLines() async throws {
        let pipe = Pipe()
        let output = LogOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor, capacity: 16 << 20)
        let reading = try Self.readToEnd(pipe.fileHandleForReading.fileDescriptor)
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    let logger = Logger(label: "w\(writer)") { JSONLogHandler(label: $0, output: output) }
                    for record in 0..<200 {
                        logger.info(
                            "record",
                            metadata: ["number": "\(record)", "pad": "\(String(repeating: "x", count: 5000))"]
                        )
                    }
                }
            }
        }
        #expect(output.flush(within: .seconds(30)))
        try pipe.fileHandleForWriting.close()
        let data = await reading.value()
        let lines = data.split(separator: 0x0a)
        #expect(lines.count == 1600)
        for line in lines {
            #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line)) }
        }
    }

    @Test func flushedLinesCanBeReadAtOnce() {
        let pipe = UnreadPipe()
        let output = LogOutput(descriptor: pipe.writing)
        var buffer = [UInt8](repeating: 0, count: 4096)
        for number in 0..<500 {
            let line = Array("line \(number)\n".utf8)
            output.write(line)
            #expect(output.flush(within: .seconds(30)))
            _ = fcntl(pipe.reading, F_SETFL, O_NONBLOCK)
            #expect(read(pipe.reading, &buffer, buffer.count) == line.count)
        }
        close(pipe.reading)
        close(pipe.writing)
    }

    @Test func linesThatNobodyReadsAreDroppedCountedAndTold() async throws {
        let pipe = UnreadPipe()
        let output = LogOutput(descriptor: pipe.writing, capacity: 64 << 10)
        let began = ContinuousClock.now
        let line = Array((String(repeating: "x", count: 99) + "\n").utf8)
        for _ in 0..<5000 { output.write(line) }
        #expect(ContinuousClock.now - began < .seconds(5))
        #expect(!output.flush(within: .milliseconds(50)))
        let dropped = output.dropped.value
        #expect(dropped > 4000 && dropped < 5000)

        let reading = try Self.readToEnd(pipe.reading)
        #expect(output.flush(within: .seconds(30)))
        output.write(line)
        #expect(output.flush(within: .seconds(30)))
        close(pipe.writing)
        let lines = String(decoding: await reading.value(), as: UTF8.self).split(separator: "\n")
        let notices = lines.filter { $0.contains("log lines were dropped here") }
        // Usually one; a busy machine may let the writer go on between two drops.
        let told = try notices.map { try #require(Int($0.firstMatch(of: #/"dropped":"([0-9]+)"/#)?.1 ?? "")) }
        #expect(told.reduce(0, +) == Int(dropped))
        #expect(lines.count == 5000 - Int(dropped) + notices.count + 1)
        #expect(lines.last == line.dropLast()[...].map { "\(UnicodeScalar($0))" }.joined()[...])
    }

    @Test func aClosedDescriptorCostsLinesAndNothingElse() {
        DescriptorWriter.ignoreWriteSignals()
        let pipe = UnreadPipe()
        close(pipe.reading)
        let output = LogOutput(descriptor: pipe.writing)
        for _ in 0..<10 { output.write(Array("line\n".utf8)) }
        #expect(output.flush(within: .seconds(10)))
        #expect(output.dropped.value == 10)
        close(pipe.writing)
    }

    @Test func repeatedErrorsAreSummedUp() async throws {
        let pipe = Pipe()
        let output = LogOutput(
            descriptor: pipe.fileHandleForWriting.fileDescriptor,
            limits: FailureEpisodes.Limits(quiet: .seconds(60), summary: .seconds(60))
        )
        let reading = try Self.readToEnd(pipe.fileHandleForReading.fileDescriptor)
        let logger = Logger(label: "test") { JSONLogHandler(label: $0, output: output) }
        for number in 0..<1000 {
            logger.error("database error", metadata: ["error": "gone", "path": "/v1/orders/\(number)"])
            logger.info("said each time")
        }
        logger.error("database error", metadata: ["error": "another"])
        output.finish(within: .seconds(30))
        try pipe.fileHandleForWriting.close()
        let data = await reading.value()
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        let errors = lines.filter { $0.contains("database error") }
        #expect(lines.count == 1003)
        #expect(errors.count == 3)
        #expect(errors.first?.contains("/v1/orders/0") == true)
        #expect(errors.last?.contains("database error (999 more times in ") == true)
    }

    @Test func repeatedErrorsAreReportedWhileOtherLinesAreLogged() async throws {
        let pipe = Pipe()
        let output = LogOutput(
            descriptor: pipe.fileHandleForWriting.fileDescriptor,
            limits: FailureEpisodes.Limits(quiet: .seconds(60), summary: .milliseconds(100))
        )
        let arrived = Arrived()
        let reading = pipe.fileHandleForReading.fileDescriptor
        try NamedThread.start("reader") { arrived.collect(from: reading) }
        let logger = Logger(label: "test") { JSONLogHandler(label: $0, output: output) }
        for _ in 0..<2 { logger.error("database error", metadata: ["error": "gone"]) }
        let deadline = ContinuousClock.now + .seconds(30)
        while .now < deadline, !arrived.text.contains("database error (1 more times in ") {
            logger.info("steady")
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(arrived.text.contains("database error (1 more times in "), "before the output is finished")
        output.finish(within: .seconds(30))
        try pipe.fileHandleForWriting.close()
    }

    /// The text that has come through a pipe so far.
    private final class Arrived: Sendable {
        private let bytes = Mutex<[UInt8]>([])

        var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }

        /// Collects until the writing end is closed.
        func collect(from descriptor: Int32) {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor, &chunk, chunk.count)
                guard count > 0 else { return }
                bytes.withLock { $0 += chunk[..<count] }
            }
        }
    }

    @Test func theDropsAreAMetric() throws {
        let registry = MetricsRegistry()
        try LogOutput(descriptor: 2).register(in: registry)
        try BuildInfo.register(in: registry)
        let text = registry.exposition()
        #expect(text.contains("waybill_log_lines_dropped_total 0\n"))
        #expect(text.contains("waybill_build_info{version=\"\(BuildInfo.version)\"} 1\n"))
    }
}
