/// One value, or one member's name, of a scanned JSON text: where it stands, and where what follows it begins.
struct JSONToken {
    enum Kind: UInt8 {
        case null, `true`, `false`, number, string, array, object
    }

    /// Of the first byte; for a string, of the first one behind its quote.
    var start: UInt32
    /// Bytes; a string's without its quotes, an array's or object's with its brackets.
    var length: UInt32
    /// The token after this value and all that is in it.
    var next: UInt32
    /// Elements of an array, members of an object.
    var count: UInt32 = 0
    var kind: Kind
    /// A string's text is not what stands between its quotes.
    var hasEscapes = false
}
