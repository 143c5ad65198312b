import NIOCore

/// Cuts a stream of bytes into lines. Holds at most one line, and nothing of a line that is too long.
struct LineSplitter {
    enum Piece: Equatable {
        /// A line that is not blank, without its line feed, and its number. Lines count from 1, blank ones included.
        case line(Int, ByteBuffer)
        /// The number of a line beyond the limit. Comes as soon as the limit is passed; the rest of the line is
        /// skipped.
        case tooLong(Int)
        /// The number of a line for which there is no memory. The rest of the line is skipped.
        case noRoom(Int)
    }

    /// The most bytes of a line.
    let limit: Int
    private var pending = ByteBuffer()
    private var isSkipping = false
    private var number = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// The next piece of the bytes so far. Consumes `chunk` up to the piece's end; nil when more bytes are needed.
    mutating func next(_ chunk: inout ByteBuffer) -> Piece? {
        while chunk.readableBytes > 0 {
            if !isSkipping, pending.readableBytes == 0 { skipBlankLines(of: &chunk) }
            guard chunk.readableBytes > 0 else { break }
            let length = chunk.readableBytesView.firstIndex(of: UInt8(ascii: "\n")).map { $0 - chunk.readerIndex }
            if let piece = take(length ?? chunk.readableBytes, ends: length != nil, of: &chunk) { return piece }
        }
        return nil
    }

    /// The bytes of the line whose end has not come yet.
    var pendingByteCount: Int { pending.readableBytes }

    /// Skips the line whose end has not come yet.
    mutating func skipLine() -> Piece {
        isSkipping = true
        pending = ByteBuffer()
        number += 1
        return .noRoom(number)
    }

    /// The last line, if no line feed ends it.
    mutating func finish() -> Piece? {
        guard !isSkipping, pending.readableBytes > 0 else { return nil }
        return line()
    }

    private mutating func skipBlankLines(of chunk: inout ByteBuffer) {
        let blank = chunk.withUnsafeReadableBytes { BlankLines(leading: $0, limit: limit) }
        chunk.moveReaderIndex(forwardBy: blank.byteCount)
        number += blank.lineCount
    }

    private mutating func take(_ length: Int, ends: Bool, of chunk: inout ByteBuffer) -> Piece? {
        defer {
            if ends {
                chunk.moveReaderIndex(forwardBy: 1)
                isSkipping = false
            }
        }
        guard !isSkipping, pending.readableBytes + length <= limit else {
            chunk.moveReaderIndex(forwardBy: length)
            if isSkipping { return nil }
            isSkipping = true
            pending = ByteBuffer()
            number += 1
            return .tooLong(number)
        }
        guard var part = chunk.readSlice(length: length) else { return nil }
        if ends, pending.readableBytes == 0 {
            pending = part
        } else {
            pending.writeBuffer(&part)
        }
        return ends ? line() : nil
    }

    private mutating func line() -> Piece? {
        number += 1
        defer { pending = ByteBuffer() }
        if number == 1 { ByteOrderMark.skip(in: &pending) }
        let isBlank = pending.readableBytesView.allSatisfy(BlankLines.isSpace)
        return isBlank ? nil : .line(number, pending)
    }
}
