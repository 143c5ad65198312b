import NIOCore

/// Cuts a stream of bytes into lines, holding no more than one line, and of a line that is too long nothing at all.
struct LineSplitter {
    enum Piece: Equatable {
        /// A line that is not blank, without its line feed. Lines count from 1, blank ones too.
        case line(Int, ByteBuffer)
        /// A line past the limit, told as soon as it is; the rest of it is passed over.
        case tooLong(Int)
    }

    /// Most bytes in a line.
    let limit: Int
    private var pending = ByteBuffer()
    private var passingOver = false
    private var number = 0

    init(limit: Int) {
        self.limit = limit
    }

    /// The next piece out of what was kept and `chunk`, which is consumed; nil when more bytes are needed.
    mutating func next(_ chunk: inout ByteBuffer) -> Piece? {
        while chunk.readableBytes > 0 {
            let length = chunk.readableBytesView.firstIndex(of: UInt8(ascii: "\n")).map { $0 - chunk.readerIndex }
            if let piece = take(length ?? chunk.readableBytes, ends: length != nil, of: &chunk) { return piece }
        }
        return nil
    }

    /// The last line, where no line feed ends it.
    mutating func finish() -> Piece? {
        guard !passingOver, pending.readableBytes > 0 else { return nil }
        return line()
    }

    private mutating func take(_ length: Int, ends: Bool, of chunk: inout ByteBuffer) -> Piece? {
        defer {
            if ends {
                chunk.moveReaderIndex(forwardBy: 1)
                passingOver = false
            }
        }
        guard !passingOver, pending.readableBytes + length <= limit else {
            chunk.moveReaderIndex(forwardBy: length)
            if passingOver { return nil }
            passingOver = true
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
        let isBlank = pending.readableBytesView.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        return isBlank ? nil : .line(number, pending)
    }
}
