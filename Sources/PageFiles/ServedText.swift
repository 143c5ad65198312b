/// The texts of style sheets and scripts as browsers get them: without comments, and each style sheet with those in it
/// that it imports. A request costs a first view a round trip, and a comment costs bytes.
package enum ServedText {
    private static let newline = UInt8(ascii: "\n")

    /// A style sheet in which every line `@import "NAME";` is replaced by the sheet of that name, the first time that
    /// it is met. The line of a sheet that does not exist stays as it is.
    ///
    /// - Parameter files: all files by name, without a folder.
    package static func styleSheet(_ name: String, in files: [String: [UInt8]]) -> [UInt8] {
        var imported: Set<String> = [name]
        return withoutComments(joined(files[name] ?? [], files, &imported))
    }

    private static func joined(
        _ text: [UInt8],
        _ files: [String: [UInt8]],
        _ imported: inout Set<String>
    ) -> [UInt8] {
        var result: [UInt8] = []
        for line in text.split(separator: newline, omittingEmptySubsequences: false) {
            if let name = importedName(line), let sheet = files[name] {
                if imported.insert(name).inserted { result += joined(sheet, files, &imported) }
            } else {
                result += line
            }
            result.append(newline)
        }
        return result
    }

    private static func importedName(_ line: ArraySlice<UInt8>) -> String? {
        guard line.begins(with: "@import \""), line.last == UInt8(ascii: ";") else { return nil }
        return String(decoding: line.dropFirst(9).prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
    }

    /// A style sheet without comments, indentation and empty lines. Comments in texts stay.
    private static func withoutComments(_ text: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        var quote: UInt8?
        var rest = text[...]
        while let byte = rest.first {
            if quote == nil, rest.begins(with: "/*") {
                rest = rest.dropFirst(2)
                while !rest.isEmpty, !rest.begins(with: "*/") { rest = rest.dropFirst() }
                rest = rest.dropFirst(2)
                continue
            }
            if byte == quote {
                quote = nil
            } else if quote == nil, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            }
            kept.append(byte)
            rest = rest.dropFirst()
        }
        return Self.text(of: kept.split(separator: newline).map(trimmed).filter { !$0.isEmpty })
    }

    /// A script without indentation, empty lines and the lines that hold comments alone. Lines of texts that go over
    /// several lines stay, whatever they look like; so does a comment beside which there is code.
    package static func script(_ text: [UInt8]) -> [UInt8] {
        var kept: [ArraySlice<UInt8>] = []
        var isInText = false
        var rest = text.split(separator: newline, omittingEmptySubsequences: false)[...]
        while let line = rest.popFirst() {
            let words = trimmed(line)
            if !isInText {
                if words.isEmpty || words.begins(with: "//") { continue }
                if words.begins(with: "/*"), let last = ([line] + rest).firstIndex(where: { $0.holds("*/") }) {
                    let comment = [line] + rest.prefix(last)
                    rest = rest.dropFirst(last)
                    if !trimmed(comment[last]).ends(with: "*/") { kept += comment }
                    continue
                }
            }
            kept.append(isInText ? line : line.drop { $0 == UInt8(ascii: " ") })
            // An even number of marks leaves the next line where this one began.
            if words.count(where: { $0 == UInt8(ascii: "`") }) % 2 == 1 { isInText.toggle() }
        }
        return Self.text(of: kept)
    }

    private static func text(of lines: [ArraySlice<UInt8>]) -> [UInt8] {
        Array(lines.joined(separator: [newline])) + [newline]
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        // A carriage return would be gone from a style sheet in a page, and with it the sheet's hash.
        let isSpace = { (byte: UInt8) in [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")].contains(byte) }
        let rest = line.drop(while: isSpace)
        return rest.prefix(upTo: (rest.lastIndex { !isSpace($0) } ?? rest.startIndex - 1) + 1)
    }
}

extension ArraySlice<UInt8> {
    fileprivate func begins(with text: StaticString) -> Bool {
        count >= text.utf8CodeUnitCount
            && text.withUTF8Buffer { mark in mark.indices.allSatisfy { mark[$0] == self[startIndex + $0] } }
    }

    fileprivate func ends(with text: StaticString) -> Bool { suffix(text.utf8CodeUnitCount).begins(with: text) }

    fileprivate func holds(_ text: StaticString) -> Bool { indices.contains { self[$0...].begins(with: text) } }
}
