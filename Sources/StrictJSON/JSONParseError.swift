/// A fault of a JSON text. Every case means that the whole text is refused.
public enum JSONParseError: Error, Sendable, Equatable {
    /// The byte at `offset` does not fit the grammar of RFC 8259. A lone surrogate escape, trailing bytes and a byte
    /// order mark count too.
    case malformed(offset: Int)
    /// A string holds bytes that are not UTF-8 (RFC 8259, section 8.1).
    case invalidUTF8
    /// A name occurs twice in one object. RFC 8259 leaves the meaning open, so such a text is refused.
    case duplicateKey(String)
    /// Arrays and objects nest deeper than allowed.
    case tooDeep
}
