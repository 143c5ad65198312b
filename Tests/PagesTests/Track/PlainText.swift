extension String {
    /// The text with plain spaces, and without the marks that keep it on one line or in its direction.
    var plain: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.compactMap { scalar in
                    switch scalar {
                    case "\u{A0}", "\u{202F}", "\u{2009}": " "
                    case "\u{2060}", "\u{2068}", "\u{2069}", "\u{200E}", "\u{200F}": nil
                    default: scalar
                    }
                }
            )
        )
    }
}
