/// A parser of one HTTP/1.1 response (RFC 9112), which may arrive in pieces of any size. It stores no bytes.
struct ResponseParser {
    private enum State {
        /// In the status line: before the code, in the code, after the code.
        case version, code, reason
        /// In the header: at the beginning of a line, in a name that is compared, in a value, in a line to skip.
        case lineStart, name(Header, matched: Int), value(Header), skipLine
        /// Before the LF of the blank line.
        case headEnd
        case fixedBody
        case chunkSize, chunkExtension, chunkBody, chunkEnd
        case trailerStart, trailerLine, trailerEnd
        case done
    }

    private enum Header {
        case contentLength, transferEncoding

        var name: StaticString {
            switch self {
            case .contentLength: "content-length:"
            case .transferEncoding: "transfer-encoding:"
            }
        }
    }

    private var state = State.version
    private var remaining = 0
    private var isChunked = false
    /// The status code; complete once `isHeadComplete` is true.
    private(set) var status = 0
    private(set) var isHeadComplete = false

    var isComplete: Bool { if case .done = state { true } else { false } }

    /// Parses bytes up to the end of the response.
    ///
    /// - Parameters:
    ///   - bytes: the bytes that follow those of the call before.
    ///   - headOnly: true to stop at the end of the head.
    ///   - body: called with the bytes of the body, without the framing of chunks.
    /// - Returns: the number of bytes parsed; fewer than given once the response is complete.
    mutating func consume(
        _ bytes: UnsafeRawBufferPointer,
        headOnly: Bool = false,
        body: (UnsafeRawBufferPointer) -> Void = { _ in }
    ) -> Int {
        var index = 0
        while index < bytes.count, !isComplete, !(headOnly && isHeadComplete) {
            switch state {
            case .fixedBody, .chunkBody:
                let count = min(remaining, bytes.count - index)
                body(UnsafeRawBufferPointer(rebasing: bytes[index..<index + count]))
                index += count
                remaining -= count
                if remaining == 0 { if case .fixedBody = state { state = .done } else { state = .chunkEnd } }
            default:
                advance(bytes[index])
                index += 1
            }
        }
        return index
    }

    private mutating func advance(_ byte: UInt8) {
        switch state {
        case .version: if byte == UInt8(ascii: " ") { state = .code }
        case .code:
            if Self.isDigit(byte) { status = status * 10 + Int(byte - UInt8(ascii: "0")) } else { skip(byte) }
        case .reason: skip(byte)
        case .lineStart:
            switch byte | 0x20 {
            case UInt8(ascii: "c"): state = .name(.contentLength, matched: 1)
            case UInt8(ascii: "t"): state = .name(.transferEncoding, matched: 1)
            case 0x0D | 0x20: state = .headEnd
            default: skip(byte)
            }
        case .name(let header, let matched): match(header, matched, byte)
        case .value(let header): read(header, byte)
        case .skipLine: if byte == 0x0A { state = .lineStart }
        case .headEnd: if byte == 0x0A { endHead() }
        case .chunkSize:
            if let digit = Self.hexDigit(byte) {
                remaining = remaining << 4 | digit
            } else if byte == 0x0A {
                endChunkSize()
            } else {
                state = .chunkExtension
            }
        case .chunkExtension: if byte == 0x0A { endChunkSize() }
        case .chunkEnd: if byte == 0x0A { state = .chunkSize }
        case .trailerStart: state = byte == 0x0D ? .trailerEnd : .trailerLine
        case .trailerLine: if byte == 0x0A { state = .trailerStart }
        case .trailerEnd: state = .done
        case .fixedBody, .chunkBody, .done: break
        }
    }

    private mutating func skip(_ byte: UInt8) { state = byte == 0x0A ? .lineStart : .skipLine }

    private mutating func match(_ header: Header, _ matched: Int, _ byte: UInt8) {
        let name = header.name
        let expected = name.utf8Start[matched]
        guard byte == expected || (byte | 0x20) == expected else { return skip(byte) }
        state = matched + 1 == name.utf8CodeUnitCount ? .value(header) : .name(header, matched: matched + 1)
    }

    private mutating func read(_ header: Header, _ byte: UInt8) {
        if byte == 0x0A {
            state = .lineStart
        } else if case .transferEncoding = header {
            // `chunked` is the only coding that the measured servers send.
            if byte | 0x20 == UInt8(ascii: "c") { isChunked = true }
        } else if Self.isDigit(byte) {
            remaining = remaining * 10 + Int(byte - UInt8(ascii: "0"))
        }
    }

    private mutating func endHead() {
        isHeadComplete = true
        if isChunked {
            remaining = 0
            state = .chunkSize
        } else {
            state = remaining > 0 ? .fixedBody : .done
        }
    }

    private mutating func endChunkSize() { state = remaining > 0 ? .chunkBody : .trailerStart }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func hexDigit(_ byte: UInt8) -> Int? {
        if isDigit(byte) { return Int(byte - UInt8(ascii: "0")) }
        let letter = byte | 0x20
        return letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "f") ? Int(letter - UInt8(ascii: "a")) + 10 : nil
    }
}
