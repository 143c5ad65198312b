/// Text from orders on its way to a terminal.
enum TerminalText {
    /// One line that does nothing but show: what controls a terminal, breaks lines or turns the direction of writing becomes
    /// a space.
    static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { shows($0) ? $0 : " " }))
    }

    private static func shows(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        // Joiners make emoji and many scripts' words; the marks and overrides of direction can make a line lie.
        case .format: scalar == "\u{200D}" || scalar == "\u{200C}"
        default: true
        }
    }
}

/// Colours by ECMA-48, or none.
struct Paint: Sendable {
    enum Colour: Int {
        case bold = 1, dim = 2, red = 31, green = 32, yellow = 33, blue = 34, magenta = 35, cyan = 36
    }

    let isOn: Bool

    func callAsFunction(_ text: String, _ colour: Colour?) -> String {
        guard isOn, let colour, !text.isEmpty else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }
}
