import NIOCore

/// Counts the bytes of an HTTP/2 connection that its decoder keeps: those of a header block without its last frame, and
/// of a frame that has not come whole. Pure. Reads no more than the frames' own headers (RFC 9113, section 4.1).
struct HTTP2HeaderBytes {
    /// The bytes before the payload of a frame.
    private static let frameHeaderLength = 9

    /// The bytes of the client's preface that are still to come.
    private var preface = HTTPVersion.preface.count
    /// The first bytes of a frame until its payload begins.
    private var head: [UInt8] = []
    /// The bytes of the payload that are still to come.
    private var remaining = 0
    /// The bytes of the frame at hand that are kept.
    private var frame = 0
    /// The bytes of the header block whose last frame has not come.
    private var block = 0

    private enum Kind {
        /// DATA, which is passed on as it comes.
        case data
        case block(isLast: Bool)
        case other
    }

    private var kind = Kind.other

    /// The bytes that are kept now.
    var pending: Int { block + frame + head.count }

    /// Bytes have come.
    mutating func receive(_ bytes: ByteBufferView) {
        var rest = bytes
        let count = min(preface, rest.count)
        preface -= count
        rest = rest.dropFirst(count)
        while !rest.isEmpty {
            if remaining > 0 {
                takePayload(&rest)
            } else {
                takeHead(&rest)
            }
        }
    }

    private mutating func takeHead(_ rest: inout ByteBufferView) {
        let count = min(Self.frameHeaderLength - head.count, rest.count)
        head.append(contentsOf: rest.prefix(count))
        rest.removeFirst(count)
        guard head.count == Self.frameHeaderLength else { return }
        remaining = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
        let endsBlock = head[4] & 0x4 != 0
        kind =
            switch head[3] {
            case 0x0: .data
            case 0x1, 0x9: .block(isLast: endsBlock)
            default: .other
            }
        head.removeAll(keepingCapacity: true)
        if remaining == 0 { frameEnded() }
    }

    private mutating func takePayload(_ rest: inout ByteBufferView) {
        let count = min(remaining, rest.count)
        rest.removeFirst(count)
        remaining -= count
        if case .data = kind {} else { frame += count }
        if remaining == 0 { frameEnded() }
    }

    private mutating func frameEnded() {
        if case .block(let isLast) = kind { block = isLast ? 0 : block + frame + Self.frameHeaderLength }
        frame = 0
    }
}
