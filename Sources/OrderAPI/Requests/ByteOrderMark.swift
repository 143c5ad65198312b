import NIOCore

/// The byte order mark of UTF-8, which some editors and spreadsheets write before a text.
enum ByteOrderMark {
    private static let bytes: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Skips the mark at the beginning of a text, if it is there (RFC 8259, section 8.1, lets readers do so).
    static func skip(in text: inout ByteBuffer) {
        if text.readableBytesView.starts(with: bytes) { text.moveReaderIndex(forwardBy: bytes.count) }
    }
}
