/// The blank lines at the beginning of some bytes, found in one pass: compressed, a request of a few kilobytes holds
/// millions of them.
struct BlankLines: Equatable {
    /// The bytes of the lines, with their line feeds.
    private(set) var byteCount = 0
    private(set) var lineCount = 0

    /// - Parameter limit: the most bytes of a line without its line feed. A longer one counts as not blank.
    init(leading bytes: UnsafeRawBufferPointer, limit: Int) {
        var index = 0
        while index < bytes.count, index - byteCount <= limit {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\n") {
                byteCount = index
                lineCount += 1
            } else if !Self.isSpace(byte) {
                return
            }
        }
    }

    /// True for a byte that a blank line may have: a space, a tab or a carriage return.
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
}
