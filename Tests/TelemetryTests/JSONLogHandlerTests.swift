import Foundation
import Logging
import Testing

@testable import Telemetry

@Suite struct JSONLogHandlerTests {
    private func line(
        _ message: Logger.Message,
        error: (any Error)? = nil,
        _ metadata: Logger.Metadata? = nil,
        handler: JSONLogHandler = JSONLogHandler(label: "test")
    ) -> String {
        let event = LogEvent(
            level: .warning,
            message: message,
            error: error,
            metadata: metadata,
            source: nil,
            file: "f",
            function: "g",
            line: 1
        )
        return String(decoding: handler.line(event, at: Timestamp(microseconds: 1_700_000_000_000_123)), as: UTF8.self)
    }

    @Test func aRecordIsOneLineWithFieldsInOrder() {
        let text = line("hello", ["b": "2", "a": "1"])
        #expect(
            text == #"{"time":"2023-11-14T22:13:20.000123Z","level":"warning","logger":"test","message":"hello","#
                + #""metadata":{"a":"1","b":"2"}}"# + "\n"
        )
    }

    @Test func anyTextSurvivesADecoder() throws {
        let nasty = "\"\\\n\r\t\u{0}\u{1f}\u{7f}é\u{2028}👩‍👩‍👧/"
        let text = line("\(nasty)", [nasty: .array([.string(nasty), .dictionary(["k": .stringConvertible(7)])])])
        #expect(text.utf8.filter { $0 < 0x20 } == [0x0a])
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["message"] as? String == nasty)
        let metadata = try #require(object["metadata"] as? [String: Any])
        let values = try #require(metadata[nasty] as? [Any])
        #expect(values[0] as? String == nasty)
        #expect((values[1] as? [String: String]) == ["k": "7"])
    }

    @Test func theRecordsMetadataWinsOverTheProvidersAndThatOverTheLoggers() {
        var handler = JSONLogHandler(label: "test", metadataProvider: .init { ["b": "provider", "c": "provider"] })
        handler[metadataKey: "a"] = "logger"
        handler[metadataKey: "b"] = "logger"
        let text = line("m", ["c": "record"], handler: handler)
        #expect(text.contains(#""metadata":{"a":"logger","b":"provider","c":"record"}"#))
    }

    @Test func anErrorHasItsOwnField() {
        struct Broken: Error {}
        #expect(line("m", error: Broken()).contains(#""message":"m","error":"Broken()"}"#))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (951_868_799_999_999, "2000-02-29T23:59:59.999999Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
        (1_735_689_599_000_001, "2024-12-31T23:59:59.000001Z"),
    ])
    func timesAreUTCToTheMicrosecond(microseconds: Int64, expected: String) {
        var bytes: [UInt8] = []
        Timestamp(microseconds: microseconds).append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
    }
}
