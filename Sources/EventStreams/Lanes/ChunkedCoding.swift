/// HTTP/1.1's chunked coding (RFC 9112, section 7.1).
enum ChunkedCoding {
    /// The chunk that ends a body.
    static let terminator = Array("0\r\n\r\n".utf8)
    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// The content as one chunk.
    static func chunk(_ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count + 16)
        begin(content.count, &bytes)
        bytes += content
        endLine(&bytes)
        return bytes
    }

    /// Appends the first line of a chunk.
    ///
    /// - Parameter count: the bytes of the chunk's content.
    static func begin(_ count: Int, _ bytes: inout [UInt8]) {
        var shift = (Int.bitWidth - 1 - count.leadingZeroBitCount) / 4 * 4
        while shift >= 0 {
            bytes.append(hexDigits[count >> shift & 15])
            shift -= 4
        }
        endLine(&bytes)
    }

    /// Appends a line's end, which also ends a chunk.
    static func endLine(_ bytes: inout [UInt8]) {
        bytes.append(13)
        bytes.append(10)
    }
}

extension StreamView {
    /// The content in the coding of the body.
    func framed(_ content: [UInt8]) -> [UInt8] { isChunked ? ChunkedCoding.chunk(content) : content }

    /// The bytes that end the body.
    var terminator: [UInt8] { isChunked ? ChunkedCoding.terminator : [] }
}
