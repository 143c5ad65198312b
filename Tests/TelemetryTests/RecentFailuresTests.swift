import Foundation
import Logging
import Testing

@testable import Telemetry

@Suite struct RecentFailuresTests {
    private static func time(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

    @Test func theSameMessageIsCountedAndComesFirst() {
        let failures = RecentFailures()
        failures.note(.warning, "a", at: Self.time(1))
        failures.note(.error, "b", at: Self.time(2))
        failures.note(.warning, "a", at: Self.time(3))
        #expect(failures.entries.map(\.message) == ["a", "b"])
        #expect(failures.entries.first?.count == 2)
        #expect(failures.entries.first?.firstMicroseconds == 1_000_000)
        #expect(failures.entries.first?.lastMicroseconds == 3_000_000)
    }

    @Test func theOldestMakesRoomAndMessagesAreCut() {
        let failures = RecentFailures()
        for number in 0...RecentFailures.capacity { failures.note(.error, "\(number)", at: Self.time(1)) }
        #expect(failures.entries.count == RecentFailures.capacity)
        #expect(failures.entries.last?.message == "1")
        failures.note(.error, String(repeating: "x", count: 1000), at: Self.time(2))
        #expect(failures.entries.first?.message.count == RecentFailures.messageLength)
    }

    @Test func errorsAndMetadataStayInTheLog() {
        let output = LogOutput(descriptor: FileHandle.nullDevice.fileDescriptor)
        var logger = Logger(label: "test") { JSONLogHandler(label: $0, output: output) }
        logger[metadataKey: "customer"] = "c-17"
        logger.warning("read failed", metadata: ["error": "order 4711 of anna"])
        logger.info("fine")
        #expect(output.recentFailures.entries.map(\.message) == ["read failed"])
    }
}
