import Synchronization

/// Bytes that any number of streams send: in HTTP/1.1's chunked coding (RFC 9112, section 7.1), or plain where the
/// connection has a coding of its own.
package final class LaneBlock: Sendable {
    package let bytes: [UInt8]
    /// The event up to which a stream that sends the block has passed everything.
    let through: Int64
    /// The last event in the block, or whose id the block has; 0 for none.
    let lastShown: Int64
    /// The number of events in the block.
    let frames: Int

    private static let total = Atomic(0)

    /// The bytes of all blocks in memory, each counted once, however many streams send it.
    static var totalBytes: Int { total.load(ordering: .relaxed) }

    init(_ bytes: [UInt8], through: Int64, lastShown: Int64 = 0, frames: Int = 0) {
        self.bytes = bytes
        self.frames = frames
        self.through = through
        self.lastShown = lastShown
        Self.total.add(bytes.count, ordering: .relaxed)
    }

    /// The address of the bytes, which is valid while the block exists: nobody changes the array, so it never moves.
    var stableBytes: UnsafeRawBufferPointer { bytes.withUnsafeBytes { $0 } }

    deinit { Self.total.subtract(bytes.count, ordering: .relaxed) }
}
