/// Cuts bytes into lines, which end with CR LF, LF or CR (WHATWG HTML, section 9.2.5), wherever the pieces are cut.
struct LineBuffer: Sendable {
    private var partial: [UInt8] = []
    /// The last piece ended with a CR, so that a LF at the next one's beginning belongs to it.
    private var afterReturn = false
    private var isFirst = true

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Bytes of the line that has not ended yet.
    var partialSize: Int { partial.count }

    /// Calls `body` with every line that ends in `bytes`, without its ending.
    mutating func forEachLine<Failure>(
        in bytes: ArraySlice<UInt8>,
        _ body: (ArraySlice<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        var rest = bytes
        if afterReturn, let first = rest.first {
            afterReturn = false
            if first == Self.lineFeed { rest = rest.dropFirst() }
        }
        while let end = rest.firstIndex(where: { $0 == Self.lineFeed || $0 == Self.carriageReturn }) {
            let line = rest[..<end]
            let isReturn = rest[end] == Self.carriageReturn
            rest = rest[(end + 1)...]
            if isReturn {
                // The line ends here: waiting for a LF that may never come would hold back an event.
                afterReturn = rest.isEmpty
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
        // Decoding takes one mark away, at the stream's very beginning.
        if isFirst, whole.starts(with: Self.byteOrderMark) { whole = whole.dropFirst(Self.byteOrderMark.count) }
        isFirst = false
        try body(whole)
    }
}
