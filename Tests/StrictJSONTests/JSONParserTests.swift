import StrictJSON
import Testing

@Suite struct JSONParserTests {
    static func parse(_ text: String) throws(JSONParseError) -> JSONValue {
        try JSONValue.parse(Array(text.utf8))
    }

    @Test func everyKindOfValueIsReadInTheOrderOfMembers() throws {
        let value = try Self.parse(#" {"b":[null,true,false,-1.5e+2,"x"],"a":{}} "#)
        let object = try #require(value.object)
        #expect(object.members.map(\.name) == ["b", "a"])
        let expected: [JSONValue] = [
            .null, .bool(true), .bool(false), .number(JSONNumber(text: "-1.5e+2")), .string("x"),
        ]
        #expect(object["b"] == .array(expected))
        #expect(object["a"] == .object(JSONObject()))
        #expect(object["c"] == nil)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[1,]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{'a':1}", "01", "-", "1.", ".5", "1e", "1e+",
        "+1", "NaN",
        "tru", "nullx", "1 2", "{} {}", "\"a", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"\t\"", "\"\n\"", "[1 2]",
        "// a\n1",
        "\u{FEFF}{}", "0x10", "--1", "\"\\", "[", "{\"a\":",
    ])
    func textsThatAreNotJSONAreRefused(text: String) {
        do {
            let value = try Self.parse(text)
            Issue.record("read as \(value)")
        } catch {
            guard case .malformed = error else {
                Issue.record("refused as \(error)")
                return
            }
        }
    }

    @Test func theErrorNamesTheOffsetOfTheFirstBadByte() {
        #expect(throws: JSONParseError.malformed(offset: 6)) { try Self.parse(#"{"a": ?}"#) }
        #expect(throws: JSONParseError.malformed(offset: 3)) { try Self.parse("{} x") }
    }

    @Test(arguments: 0...24)
    func stringsEndWhereTheirQuoteIs(length: Int) throws {
        // Strings are scanned eight bytes at a time: each place of what ends or interrupts one.
        let plain = String(repeating: "~", count: length)
        for rest in ["", " ", "       ", "        x"] {
            let value = try Self.parse("[\"\(plain)\",\"\(rest)\",\"\(plain)\\\"\(rest)\",\"\(plain)é\(rest)\"]")
            #expect(value == .array([plain, rest, plain + "\"" + rest, plain + "é" + rest].map { .string($0) }))
            for wrong in ["\u{0}", "\u{1F}", "\n"] {
                #expect(throws: JSONParseError.malformed(offset: length + 1)) {
                    try Self.parse("\"\(plain)\(wrong)\(rest)\"")
                }
            }
            #expect(throws: JSONParseError.malformed(offset: length + rest.utf8.count + 1)) {
                try Self.parse("\"\(plain)\(rest)")
            }
        }
    }

    @Test func aByteOrderMarkIsRefused() {
        #expect(throws: JSONParseError.malformed(offset: 0)) { try JSONValue.parse([0xEF, 0xBB, 0xBF, 0x7B, 0x7D]) }
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0x80, 0x22],
        ] as [[UInt8]]
    )
    func stringsThatAreNotUTF8AreRefused(bytes: [UInt8]) {
        #expect(throws: JSONParseError.invalidUTF8) { try JSONValue.parse(bytes) }
    }

    @Test func aNameThatOccursTwiceIsRefusedInEveryNotation() {
        #expect(throws: JSONParseError.duplicateKey("a")) { try Self.parse(#"{"a":1,"b":2,"a":1}"#) }
        #expect(throws: JSONParseError.duplicateKey("a")) { try Self.parse(#"{"a":1,"\u0061":2}"#) }
        #expect(throws: JSONParseError.duplicateKey("k7")) {
            try Self.parse("{" + (0..<40).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + ",\"k7\":0}")
        }
    }

    @Test func namesAreEqualByCodeUnitsOnly() throws {
        let object = try #require(try Self.parse("{\"\u{E9}\":1,\"e\u{301}\":2}").object)
        #expect(object.count == 2)
        #expect(object["e\u{301}"] == .number(JSONNumber(2)))
    }

    @Test func membersOfLargeObjectsAreFound() throws {
        let object = try #require(
            try Self.parse("{" + (0..<500).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}").object
        )
        for index in 0..<500 { #expect(object["k\(index)"]?.integer == Int64(index)) }
        #expect(object["k500"] == nil)
    }

    @Test func textsNestToTheAllowedDepthAndNoDeeper() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try Self.parse(nested(32))
        #expect(throws: JSONParseError.tooDeep) { try Self.parse(nested(33)) }
        #expect(throws: JSONParseError.tooDeep) { try Self.parse(nested(100_000)) }
        #expect(throws: JSONParseError.tooDeep) { try JSONValue.parse(Array("{\"a\":[]}".utf8), maximumDepth: 1) }
        #expect(try JSONValue.parse(Array("[[],[],{}]".utf8), maximumDepth: 2).array?.count == 3)
    }

    @Test(arguments: [#""\ud800""#, #""\udc00""#, #""\ud800x""#, #""\ud800\u0041""#, #""\udbff\ud800""#])
    func halfASurrogatePairIsRefused(text: String) {
        #expect(throws: JSONParseError.malformed(offset: 1)) { try Self.parse(text) }
    }

    @Test func escapesAndAllScriptsAreRead() throws {
        #expect(
            try Self.parse(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00""#)
                == .string("\"\\/\u{8}\u{C}\n\r\tA\u{E9}€😀")
        )
        #expect(try Self.parse(#""a\u0000b""#) == .string("a\0b"))
        for text in ["שלום \u{202E}עולם", "👩‍👩‍👧‍👦🇩🇪", "a\u{2028}b\u{2029}c", "\u{7F}\u{10FFFF}"] {
            #expect(try Self.parse("\"\(text)\"") == .string(text))
        }
    }
}
