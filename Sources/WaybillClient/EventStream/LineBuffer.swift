/// A buffer that cuts bytes into lines, wherever the pieces in which the bytes arrive are cut.
///
/// A line ends with CR LF, LF or CR (WHATWG HTML, section 9.2.5).
struct LineBuffer: Sendable {
    private var partial: [UInt8] = []
    /// True after a piece that ended with a CR: a LF at the beginning of the next piece belongs to that CR.
    private var endedWithReturn = false
    private var isFirst = true

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The number of bytes held of the line that has not ended yet.
    var partialSize: Int { partial.count }

    /// Calls `body` with every line that ends in `bytes`, without its ending.
    mutating func forEachLine<Failure>(
        in bytes: ArraySlice<UInt8>,
        _ body: (ArraySlice<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        var rest = bytes
        if endedWithReturn, let first = rest.first {
            endedWithReturn = false
            if first == Self.lineFeed { rest = rest.dropFirst() }
        }
        while let end = rest.firstIndex(where: { $0 == Self.lineFeed || $0 == Self.carriageReturn }) {
            let line = rest[..<end]
            let isReturn = rest[end] == Self.carriageReturn
            rest = rest[(end + 1)...]
            if isReturn {
                // The line ends here: waiting for a LF that may never come would hold back an event.
                endedWithReturn = rest.isEmpty
                if rest.first == Self.lineFeed { rest = rest.dropFirst() }
            }
            try finish(line, body)
        }
        partial += rest
    }

    private mutating func finish<Failure>(
        _ line: ArraySlice<UInt8>,
        _ body: (ArraySlice<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        var whole = line
        if !partial.isEmpty {
            partial += line
            whole = partial[...]
            partial.removeAll(keepingCapacity: true)
        }
        // Decoding removes one byte order mark, at the very beginning of the stream.
        if isFirst, whole.starts(with: Self.byteOrderMark) { whole = whole.dropFirst(Self.byteOrderMark.count) }
        isFirst = false
        try body(whole)
    }
}
