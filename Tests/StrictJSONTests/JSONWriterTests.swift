import StrictJSON
import Testing

@Suite struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        String(decoding: JSONWriter.object(body), as: UTF8.self)
    }

    @Test func commasStandBetweenMembersAndElementsOnly() {
        let written = text { writer in
            writer.field("a", 1)
            writer.object("b") { _ in }
            writer.array("c", [1, 2]) { $0.integer($1) }
            writer.array("d", [Int]()) { $0.integer($1) }
            writer.object("e") { writer in
                writer.field("f", true)
                writer.key("g")
                writer.null()
            }
            writer.field("h", nil)
            writer.field("i", "x")
        }
        #expect(written == #"{"a":1,"b":{},"c":[1,2],"d":[],"e":{"f":true,"g":null},"i":"x"}"#)
    }

    @Test func namesOfAnyLengthAreKeys() {
        let long: StaticString = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
        #expect(
            text { writer in
                writer.field(long, 1)
                writer.field("", 2)
                writer.field(long, 3)
            } == "{\"\(long)\":1,\"\":2,\"\(long)\":3}"
        )
    }

    @Test func encodedValuesAreTakenAsTheyAre() {
        let written = text { writer in
            writer.array("list", [#"{"a":1}"#, "2"]) { $0.value(encoded: Array($1.utf8)) }
        }
        #expect(written == #"{"list":[{"a":1},2]}"#)
    }

    @Test func onlyRequiredCharactersAreEscaped() {
        #expect(
            text { $0.field("k", "\"\\/\u{8}\t\n\u{C}\r\u{1}\u{1F}\u{7F}é\u{2028}😀") }
                == "{\"k\":\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u001f\u{7F}é\u{2028}😀\"}"
        )
    }

    @Test func everyStringIsReadBackAsItWasWritten() throws {
        let strings = (0..<0x3000).compactMap(Unicode.Scalar.init).map { "a\($0)b" } + ["", "שלום", "👩‍👩‍👧‍👦", "\0"]
        for string in strings {
            let bytes = JSONWriter.object { $0.field("s", string) }
            #expect(!bytes.contains(0x0A) && !bytes.contains(0x0D))
            #expect(try JSONValue.parse(bytes).object?["s"] == .string(string))
        }
    }

    @Test func rawJSONNeverBreaksTheLine() {
        #expect(
            text { writer in
                writer.key("a")
                writer.raw(Array("{\r\n \"b\": 1\n}".utf8))
                writer.field("c", 2)
            } == #"{"a":{   "b": 1 },"c":2}"#
        )
    }

    @Test func valuesAreWrittenAsTheyWereRead() throws {
        let source = #"{"a":[1.50,-0,{"x":null}],"b":"\u0000","c":true}"#
        var writer = JSONWriter()
        writer.value(try JSONValue.parse(Array(source.utf8)))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == source)
    }
}
