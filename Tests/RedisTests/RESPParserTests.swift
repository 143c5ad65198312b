import NIOCore
import Redis
import Testing

/// The parser of RESP3: values, bytes that arrive in pieces, and hostile lengths.
@Suite struct RESPParserTests {
    private static func parse(_ text: String, limits: RESPParser.Limits = RESPParser.Limits()) throws -> [RESPValue] {
        var parser = RESPParser(limits: limits)
        parser.feed(ByteBuffer(string: text))
        var values: [RESPValue] = []
        while let value = try parser.next() { values.append(value) }
        return values
    }

    private static func bulk(_ text: String) -> RESPValue { .bulk(ByteBuffer(string: text)) }

    @Test(arguments: [
        ("+OK\r\n", RESPValue.simple("OK")),
        ("-ERR no\r\n", .error("ERR no")),
        ("!8\r\nERR a\r\nb\r\n", .error("ERR a\r\nb")),
        (":-12\r\n", .integer(-12)),
        (",1.5\r\n", .double(1.5)),
        (",inf\r\n", .double(.infinity)),
        ("#t\r\n", .boolean(true)),
        (
            "(-3492890328409238509324850943850943825024385\r\n",
            .bigNumber("-3492890328409238509324850943850943825024385")
        ),
        ("_\r\n", .null),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("$5\r\na\r\nbc\r\n", .bulk(ByteBuffer(string: "a\r\nbc"))),
        ("$0\r\n\r\n", .bulk(ByteBuffer())),
        ("=6\r\ntxt:ab\r\n", .bulk(ByteBuffer(string: "ab"))),
        ("*0\r\n", .array([])),
        ("*2\r\n:1\r\n*1\r\n+a\r\n", .array([.integer(1), .array([.simple("a")])])),
        ("~1\r\n:1\r\n", .set([.integer(1)])),
        ("%1\r\n+k\r\n:1\r\n", .map([RESPPair(.simple("k"), .integer(1))])),
        (">2\r\n+pong\r\n$0\r\n\r\n", .push([.simple("pong"), .bulk(ByteBuffer())])),
        ("|1\r\n+ttl\r\n:3\r\n+OK\r\n", .simple("OK")),
        ("*1\r\n|1\r\n+ttl\r\n:3\r\n:7\r\n", .array([.integer(7)])),
        ("|0\r\n:7\r\n", .integer(7)),
    ])
    func valuesAreRead(text: String, value: RESPValue) throws {
        #expect(try Self.parse(text) == [value])
    }

    @Test func valuesAreTheSameWhereverTheirBytesAreSplit() throws {
        let text =
            ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$4\r\n\r\n\r\n\r\n%2\r\n+a\r\n*2\r\n:1\r\n_\r\n$1\r\nb\r\n#f\r\n|1\r\n+x\r\n:1\r\n-E\r\n"
        let whole = try Self.parse(text)
        #expect(whole.count == 3)
        let bytes = Array(text.utf8)
        for split in 0...bytes.count {
            var parser = RESPParser()
            var values: [RESPValue] = []
            for part in [bytes[..<split], bytes[split...]] {
                parser.feed(ByteBuffer(bytes: part))
                while let value = try parser.next() { values.append(value) }
            }
            #expect(values == whole)
        }
        var parser = RESPParser()
        var values: [RESPValue] = []
        for byte in bytes {
            parser.feed(ByteBuffer(bytes: [byte]))
            while let value = try parser.next() { values.append(value) }
        }
        #expect(values == whole)
        #expect(parser.bufferedBytes == 0)
    }

    @Test(arguments: [
        "\r\n", "?1\r\n", ":\r\n", ":1a\r\n", ":9223372036854775808\r\n", "#x\r\n", "_x\r\n", "(\r\n", ",x\r\n",
        "$x\r\n",
        "$-2\r\n", "$\r\n", "*-2\r\n", "$?\r\n", "*?\r\n", "$1\r\nabc", "+a\n", "+a\rb\r\n", "=2\r\nab\r\n",
        "=4\r\nabcd\r\n",
        "$1234567890123456789\r\n", "%-2\r\n",
    ])
    func malformedBytesAreRefusedForGood(text: String) {
        var parser = RESPParser()
        parser.feed(ByteBuffer(string: text))
        #expect(throws: RESPError.self) { while try parser.next() != nil {} }
        parser.feed(ByteBuffer(string: "+OK\r\n"))
        #expect(throws: RESPError.self) { try parser.next() }
    }

    @Test(arguments: [
        "$4194305\r\n", "*16385\r\n", "%16385\r\n", "*999999999999999999\r\n",
        String(repeating: "*1\r\n", count: 17),
        "+" + String(repeating: "a", count: 20_000),
        "+" + String(repeating: "a", count: 20_000) + "\r\n",
        "*3\r\n" + String(repeating: "$4194304\r\n" + String(repeating: "a", count: 4_194_304) + "\r\n", count: 2),
        "*16000\r\n" + String(repeating: "*2\r\n:1\r\n:1\r\n", count: 6000),
    ])
    func hostileLengthsAreRefused(text: String) {
        #expect(throws: RESPError.self) { try Self.parse(text) }
    }

    @Test func valuesThatAreReadLeaveTheMemory() throws {
        // Each read ends in the middle of a value.
        let value = "$1000\r\n" + String(repeating: "a", count: 1000) + "\r\n"
        let (first, second) = (String(value.prefix(500)), String(value.dropFirst(500)))
        var parser = RESPParser()
        parser.feed(ByteBuffer(string: first))
        for _ in 0..<2000 {
            #expect(try parser.next() == nil)
            parser.feed(ByteBuffer(string: second + first))
            #expect(try parser.next() == Self.bulk(String(repeating: "a", count: 1000)))
        }
        #expect(parser.reservedBytes <= 16 * 1024)
    }

    @Test func announcedLengthReservesNothing() throws {
        var parser = RESPParser()
        parser.feed(ByteBuffer(string: "*16000\r\n$4194304\r\n"))
        #expect(try parser.next() == nil)
        #expect(parser.bufferedBytes == 0)
    }
}
