/// Bytes that any number of streams send: in HTTP's chunked coding (RFC 9112, section 7.1), or as they are where the
/// connection has a framing of its own.
package final class LaneBlock: Sendable {
    package let bytes: [UInt8]
    /// Who has sent them has passed everything up to here.
    let through: Int64
    /// Events in it.
    let frames: Int

    init(_ bytes: [UInt8], through: Int64, frames: Int = 0) {
        self.bytes = bytes
        self.frames = frames
        self.through = through
    }

    /// The chunk that ends a body.
    static let terminator = Array("0\r\n\r\n".utf8)
}

/// Puts frames together to a block, each a chunk of its own.
struct LaneBlockBuilder {
    /// About how many bytes a block holds: what a stalled client may hold on to.
    static let budget = 64 * 1024
    /// Blocks end at multiples of this where they are not yet at the ring's end, so that streams which began at different
    /// places soon share theirs.
    static let stretch: Int64 = 64

    private let view: StreamView
    private(set) var bytes: [UInt8] = []
    private(set) var frames = 0

    init(_ view: StreamView) { self.view = view }

    /// Whether another frame may be added.
    var hasRoom: Bool { bytes.count < Self.budget }

    mutating func add(_ frame: EventFrame) {
        guard let encoded = view.encoded(frame) else { return }
        frames += 1
        guard view.isChunked else { return encoded.append(to: &bytes, plain: view.plain) }
        let start = view.plain ? encoded.plainStart : 0
        LaneBlockBuilder.begin(encoded.bytes.count - start, &bytes)
        encoded.append(to: &bytes, plain: view.plain)
        LaneBlockBuilder.endLine(&bytes)
    }

    /// A conflated stream's change, as much like the event's own frame as can be.
    mutating func add(_ change: Conflation.Change) {
        guard let encoded = change.frame.encoded(for: view.audience) else { return }
        frames += 1
        var frame: [UInt8] = []
        encoded.append(to: &frame, plain: view.plain, skipped: change.skipped)
        bytes += view.framed(frame)
    }

    /// - Returns: those bytes as one chunk.
    fileprivate static func chunk(_ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count + 16)
        begin(content.count, &bytes)
        bytes += content
        endLine(&bytes)
        return bytes
    }

    private static func begin(_ count: Int, _ bytes: inout [UInt8]) {
        var shift = (Int.bitWidth - 1 - count.leadingZeroBitCount) / 4 * 4
        while shift >= 0 {
            bytes.append(hexDigits[count >> shift & 15])
            shift -= 4
        }
        endLine(&bytes)
    }

    private static func endLine(_ bytes: inout [UInt8]) {
        bytes.append(13)
        bytes.append(10)
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}

extension StreamView {
    /// - Returns: those bytes as they stand in the body.
    func framed(_ content: [UInt8]) -> [UInt8] { isChunked ? LaneBlockBuilder.chunk(content) : content }

    /// What ends the body.
    var terminator: [UInt8] { isChunked ? LaneBlock.terminator : [] }
}
