import PageFiles
import Testing

@Suite struct ServedTextTests {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func aStyleSheetHoldsEachImportOnceInItsPlace() {
        let files = [
            "page.css": "/* Page */\n@import \"a.css\";\n@import \"b.css\";\np {\n  margin: 0;\n}\n",
            "a.css": "@import \"b.css\";\na { top: 0 }\n", "b.css": "b { top: 1px } /* last */\n",
        ].mapValues(Self.bytes)
        let joined = Self.text(ServedText.styleSheet("page.css", in: files))
        #expect(joined == "b { top: 1px }\na { top: 0 }\np {\nmargin: 0;\n}\n")
    }

    @Test func sheetsThatImportEachOtherEnd() {
        let files = ["a.css": "@import \"b.css\";\n", "b.css": "@import \"a.css\";\nb { top: 0 }"].mapValues(Self.bytes)
        #expect(Self.text(ServedText.styleSheet("a.css", in: files)) == "b { top: 0 }\n")
    }

    @Test func textsOfStyleSheetsKeepWhatLooksLikeAComment() {
        let sheet = "a::before { content: \"/* no */ it's\" } /* it's */\nb { content: '/*' } /* open"
        let served = Self.text(ServedText.styleSheet("a.css", in: ["a.css": Self.bytes(sheet)]))
        #expect(served == "a::before { content: \"/* no */ it's\" }\nb { content: '/*' }\n")
    }

    @Test func scriptsLoseLinesThatHoldCommentsAlone() {
        let script = """
            /**
             * About `this`.
             */
            // One line.
              const a = 1; // Beside code.

                /* Inside. */
            /* Before */ const b = "// no";
            /* Over
            lines */ const c = 2;
            """
        let kept = """
            const a = 1; // Beside code.
            /* Before */ const b = "// no";
            /* Over
            lines */ const c = 2;

            """
        #expect(Self.text(ServedText.script(Self.bytes(script))) == kept)
    }

    @Test func textsOverSeveralLinesKeepEveryLine() {
        let script = "  const a = `one\n  // two\n\n/* three */\n`;\n// gone\nconst b = `c`;\n"
        let kept = "const a = `one\n  // two\n\n/* three */\n`;\nconst b = `c`;\n"
        #expect(Self.text(ServedText.script(Self.bytes(script))) == kept)
    }

    @Test func noServedStyleSheetImportsAnother() {
        let files = PageFile.embedded.map { (String($0.path.drop { $0 != "/" }.dropFirst()), $0.bytes) }
        let sheets = Dictionary(files) { first, _ in first }
        for name in sheets.keys where name.hasSuffix(".css") {
            #expect(!Self.text(ServedText.styleSheet(name, in: sheets)).contains("@import"), "\(name)")
        }
    }

    /// Pages that a reader opens one after the other look alike because of one file.
    @Test func onlyOneFileHoldsColours() {
        for file in PageFile.embedded where file.path.hasSuffix(".css") && !file.path.hasSuffix("/tokens.css") {
            #expect(Self.text(file.bytes).firstMatch(of: /#[0-9a-f]{3,8}\b(?=[;\s])|\brgb/) == nil, "\(file.path)")
        }
    }
}
