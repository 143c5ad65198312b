import Primitives
import Testing

@Suite struct JSONTextTests {
    @Test(arguments: [
        ("", "\"\""), ("plain é 😀", "\"plain é 😀\""), ("a\"b\\c", "\"a\\\"b\\\\c\""),
        ("\u{8}\t\n\u{C}\r", "\"\\b\\t\\n\\f\\r\""), ("\u{0}\u{1f}\u{7f}", "\"\\u0000\\u001f\u{7f}\""), ("/", "\"/\""),
    ])
    func controlCharactersAndQuotesAreEscaped(_ text: String, _ json: String) {
        var bytes: [UInt8] = [0x5B]
        JSONText.append(text, to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "[" + json)
    }

    @Test(arguments: [0, 1, 61, 62, 63, 64, 200])
    func textsOfAnyLengthAreWritten(count: Int) {
        for (end, escaped) in [("", ""), ("\"", "\\\""), ("\n\n", "\\n\\n"), ("é", "é")] {
            let text = String(repeating: "a", count: count) + end
            var bytes: [UInt8] = []
            JSONText.append(text, to: &bytes)
            #expect(
                String(decoding: bytes, as: UTF8.self) == "\"" + String(repeating: "a", count: count) + escaped + "\""
            )
        }
    }
}
