import TestSupport
import Testing
import WaybillClient

@Suite struct EventStreamParserTests {
    @Test(arguments: ParserCase.all)
    func parserFollowsTheStandard(rule: ParserCase) throws {
        #expect(try ParsedStream(pieces: [rule.bytes[...]]) == rule.expected)
        #expect(ReferenceParser.parse(rule.bytes) == rule.expected)
    }

    /// Parses each case cut into three in every way, byte by byte, and with empty pieces between.
    @Test(arguments: ParserCase.all)
    func parserReadsTheSameWhereverAStreamIsCut(rule: ParserCase) throws {
        let bytes = rule.bytes[...]
        for first in 0...bytes.count {
            for second in first...bytes.count {
                let pieces = [bytes[..<first], bytes[first..<second], bytes[second...]]
                guard try ParsedStream(pieces: pieces) != rule.expected else { continue }
                Issue.record("cut at \(first) and \(second)")
                return
            }
        }
        let single: [ArraySlice<UInt8>] = bytes.indices.flatMap { [bytes[$0...$0], []] }
        #expect(try ParsedStream(pieces: single) == rule.expected)
    }

    @Test(arguments: 1...8)
    func parserReadsRandomPiecesAsTheStandardReadsTheWhole(seed: Int) throws {
        var random = SeededRandom(seed: seed)
        let words: [[UInt8]] = [
            "data", "event", "id", "retry", "dat", ":", ": ", ":  ", "\r", "\n", "\r\n", "\n\n", "\r\r", "7", "x",
            "\0",
            "straße", "📦", "{\"a\":1}", "\u{FEFF}", "data: a\n", "id: 1\n\n", "retry: 20\n", "event: status\n",
        ].map { Array($0.utf8) }
        let broken: [[UInt8]] = [
            [0x80], [0xE2, 0x82], [0xF0, 0x9F], [0xC0], [0xED, 0xA0, 0x80], [0xEF, 0xBB], [0xFF],
        ]
        for _ in 0..<300 {
            let count = Int.random(in: 0...40, using: &random)
            let bytes = (0..<count).flatMap { _ in
                let list = Int.random(in: 0..<8, using: &random) == 0 ? broken : words
                return list[Int.random(in: 0..<list.count, using: &random)]
            }
            var pieces: [ArraySlice<UInt8>] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let size = min(rest.count, Int.random(in: 0...9, using: &random))
                pieces.append(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            guard try ParsedStream(pieces: pieces) != ReferenceParser.parse(bytes) else { continue }
            Issue.record("\(String(decoding: bytes, as: UTF8.self).debugDescription), bytes \(bytes)")
            return
        }
    }

    @Test func eventIsDispatchedAtItsLastCarriageReturn() throws {
        var parser = EventStreamParser()
        var events: [ServerSentEvent] = []
        try parser.parse("data: a\r\r".utf8, into: &events)
        #expect(events.map(\.data) == ["a"])
        try parser.parse("\ndata: b\r\n\r".utf8, into: &events)
        #expect(events.map(\.data) == ["a", "b"])
    }

    @Test func resumedStreamKeepsTheIdOfItsRequest() throws {
        var parser = EventStreamParser(lastEventID: "e-7")
        var events: [ServerSentEvent] = []
        try parser.parse("retry: 5\n\ndata: a\n\n".utf8, into: &events)
        #expect(events == [ServerSentEvent(data: "a", lastEventID: "e-7")])
        #expect(parser.lastEventID == "e-7")
    }

    @Test(arguments: ["data: 0123456789", "data: 012\ndata: 34567\n", ": 0123456789012345", "id: 0123456789"])
    func tooLargeEventFailsAfterTheEventsBeforeIt(text: String) throws {
        for size in 1...text.utf8.count {
            var parser = EventStreamParser(maximumEventSize: 9)
            var events: [ServerSentEvent] = []
            let bytes = Array("data: ok\n\n\(text)".utf8)
            let error = #expect(throws: EventStreamParser.EventTooLarge.self) {
                for start in stride(from: 0, to: bytes.count, by: size) {
                    try parser.parse(bytes[start..<min(start + size, bytes.count)], into: &events)
                }
            }
            #expect(error?.limit == 9)
            #expect(events.map(\.data) == ["ok"])
        }
    }

    @Test func retryThatOverflowsIsTheLongestTime() throws {
        var parser = EventStreamParser()
        var events: [ServerSentEvent] = []
        try parser.parse("retry: 99999999999999999999\n".utf8, into: &events)
        #expect(parser.reconnectionTime == .max)
    }
}
