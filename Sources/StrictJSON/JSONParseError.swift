/// Why a text is not acceptable JSON. Every case means that the whole text is refused.
package enum JSONParseError: Error, Sendable, Equatable {
    /// Not RFC 8259 grammar at this byte: also a lone surrogate escape, trailing bytes and a byte order mark.
    case malformed(offset: Int)
    /// A string holds bytes that are not UTF-8 (RFC 8259, section 8.1).
    case invalidUTF8
    /// A name occurs twice in one object. RFC 8259 leaves the meaning open, so it has none here.
    case duplicateKey(String)
    /// Arrays and objects nest deeper than allowed.
    case tooDeep
}
