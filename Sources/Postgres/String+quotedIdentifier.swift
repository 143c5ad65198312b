extension String {
    /// The text as a quoted SQL identifier. The server refuses one with a NUL.
    package var quotedIdentifier: String {
        "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
