extension String {
    /// The text for places without markup, such as a title or a calendar entry: its direction cannot spill over to what
    /// stands beside it (UAX 9), and it is on one line.
    ///
    /// Controls and bidirectional controls go, and what is left stands between first strong isolate and its end.
    var isolated: String {
        "\u{2068}" + String(String.UnicodeScalarView(unicodeScalars.filter { !$0.isBidirectionalControl })).oneLine
            + "\u{2069}"
    }

    /// The text with each run of controls and line breaks as one space.
    var oneLine: String {
        let scalars = unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}" ? " " : scalar
        }
        return String(String.UnicodeScalarView(scalars)).split(separator: " ", omittingEmptySubsequences: true)
            .joined(separator: " ")
    }
}

extension Unicode.Scalar {
    /// Embeddings, overrides, isolates and their ends.
    fileprivate var isBidirectionalControl: Bool {
        ("\u{202A}"..."\u{202E}").contains(self) || ("\u{2066}"..."\u{2069}").contains(self)
    }
}
