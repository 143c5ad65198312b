/// One value, or one member's name, of a scanned JSON text.
struct JSONToken {
    enum Kind: UInt8 {
        case null, `true`, `false`, number, string, array, object
    }

    /// The offset of the first byte; for a string, of the first byte after its quote.
    var start: UInt32
    /// The number of bytes; a string counts without its quotes, an array or object with its brackets.
    var length: UInt32
    /// The index of the token after this value and all values within it.
    var next: UInt32
    /// The number of elements of an array or members of an object.
    var count: UInt32 = 0
    /// The names of an object's members.
    var names = JSONNameMask()
    var kind: Kind
    /// Tells whether a string has escapes, so that its text differs from its bytes.
    var hasEscapes = false
}
