import Glibc

/// A counter of the frames of an SSE stream, which counts lines that begin with `data:` or `id:` without decoding. The
/// bytes may arrive in pieces of any size. Each frame has one `data` line. Chunk sizes stand between, and begin with
/// hex digits.
struct FrameCounter {
    private static let dataMark: StaticString = "data:"
    private static let idMark: StaticString = "id:"

    /// The number of bytes of a mark that have been read at the beginning of the current line; `inside` after the mark.
    private enum State {
        case lineStart, data(UInt8), id(UInt8), inside
    }

    private var state = State.lineStart
    /// The number of `data:` lines so far, which is that of events.
    private(set) var events = 0
    /// The number of `id:` lines so far, of events and of id-only blocks.
    private(set) var ids = 0

    mutating func consume(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        var index = 0
        while index < bytes.count {
            if case .inside = state {
                guard let found = memchr(base + index, 0x0A, bytes.count - index) else { return }
                index = UnsafeRawPointer(found) - base + 1
                state = .lineStart
            } else {
                advance(bytes[index])
                index += 1
            }
        }
    }

    private mutating func advance(_ byte: UInt8) {
        switch state {
        case .lineStart:
            switch byte {
            case UInt8(ascii: "d"): state = .data(1)
            case UInt8(ascii: "i"): state = .id(1)
            case 0x0A: state = .lineStart
            default: state = .inside
            }
        case .data(let matched):
            guard byte == Self.dataMark.utf8Start[Int(matched)] else { return leave(byte) }
            guard matched == 4 else { return state = .data(matched + 1) }
            events += 1
            state = .inside
        case .id(let matched):
            guard byte == Self.idMark.utf8Start[Int(matched)] else { return leave(byte) }
            guard matched == 2 else { return state = .id(matched + 1) }
            ids += 1
            state = .inside
        case .inside: break
        }
    }

    private mutating func leave(_ byte: UInt8) { state = byte == 0x0A ? .lineStart : .inside }
}
