/// Text from orders on its way to a terminal.
enum TerminalText {
    /// One line that does nothing but show: what controls a terminal, breaks lines or turns the direction of writing
    /// becomes a space.
    static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { shows($0) ? $0 : " " }))
    }

    /// The columns that a terminal takes for the text: two for a character of an East Asian script or an emoji.
    static func width(_ text: String) -> Int {
        text.reduce(0) { $0 + width($1) }
    }

    /// The text in lines of at most so many columns, broken between words; a word that is longer is broken where it
    /// must.
    static func wrapped(_ text: String, columns: Int) -> [String] {
        var lines: [String] = []
        var (line, used) = ("", 0)
        for word in text.split(separator: " ") {
            if !line.isEmpty, used + 1 + width(String(word)) > columns {
                lines.append(line)
                (line, used) = ("", 0)
            } else if !line.isEmpty {
                line += " "
                used += 1
            }
            for character in word {
                let width = width(character)
                if used + width > columns, !line.isEmpty {
                    lines.append(line)
                    (line, used) = ("", 0)
                }
                line.append(character)
                used += width
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    private static func shows(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        // Joiners make emoji and many scripts' words; the marks and overrides of direction can make a line lie.
        case .format: scalar == "\u{200D}" || scalar == "\u{200C}"
        default: true
        }
    }

    private static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// The blocks that Unicode Standard Annex #11 calls wide, in broad strokes.
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
        0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
    ]
}
