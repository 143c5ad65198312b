import CNIOExtrasZlib
import NIOCore

/// Decompresses a body piece by piece. What comes out is bounded by the piece's size, whatever goes in.
///
/// Used by one task at a time.
final class Inflater {
    /// The bytes of one decompressed piece.
    static let pieceSize = 16 * 1024
    /// The compressed bytes that may come without any that are decompressed.
    private static let maximumIdleInput = 1024 * 1024

    private let stream: UnsafeMutablePointer<cnioextras_z_stream>
    private let coding: ContentCoding
    private var input = ByteBuffer()
    private var idleInput = 0
    /// True where the compressed data is complete, or has not begun.
    private var isAtBoundary = true
    private var hasEnded = false
    /// True where the last piece was full: more may come without more compressed bytes.
    private var hasMoreOutput = false

    /// - Throws: `malformedCoding` where there is no memory for the decompressor.
    init(_ coding: ContentCoding) throws(RequestBodyError) {
        self.coding = coding
        stream = .allocate(capacity: 1)
        stream.initialize(to: cnioextras_z_stream())
        // 15 is the largest window; 16 more expects the header of gzip.
        let windowBits: CInt = coding == .gzip ? 15 + 16 : 15
        guard CNIOExtrasZlib_inflateInit2(stream, windowBits) == CNIOEXTRAS_Z_OK else { throw .malformedCoding }
    }

    deinit {
        cnioextras_z_inflateEnd(stream)
        stream.deallocate()
    }

    /// Adds compressed bytes.
    func add(_ bytes: ByteBuffer) {
        var bytes = bytes
        if input.readableBytes == 0 { input = bytes } else { input.writeBuffer(&bytes) }
    }

    /// The next decompressed bytes; nil where more compressed bytes are needed.
    ///
    /// - Throws: `malformedCoding`.
    func next() throws(RequestBodyError) -> ByteBuffer? {
        while input.readableBytes > 0 || hasMoreOutput {
            try beginMember()
            var output = ByteBuffer()
            var code: CInt = CNIOEXTRAS_Z_OK
            let before = input.readableBytes
            input.readWithUnsafeMutableReadableBytes { source in
                output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceSize) { target in
                    stream.pointee.next_in = source.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    stream.pointee.avail_in = UInt32(source.count)
                    stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
                    stream.pointee.avail_out = UInt32(Self.pieceSize)
                    code = cnioextras_z_inflate(stream, CNIOEXTRAS_Z_NO_FLUSH)
                    return Self.pieceSize - Int(stream.pointee.avail_out)
                }
                return source.count - Int(stream.pointee.avail_in)
            }
            hasMoreOutput = stream.pointee.avail_out == 0
            try take(code)
            idleInput = output.readableBytes > 0 ? 0 : idleInput + before - input.readableBytes
            guard idleInput <= Self.maximumIdleInput else { throw .malformedCoding }
            if output.readableBytes > 0 { return output }
        }
        return nil
    }

    /// Begins another part: gzip data may be several members one after another (RFC 1952, section 2.2).
    private func beginMember() throws(RequestBodyError) {
        guard hasEnded else { return }
        guard coding == .gzip, cnioextras_z_inflateReset(stream) == CNIOEXTRAS_Z_OK else { throw .malformedCoding }
        hasEnded = false
    }

    private func take(_ code: CInt) throws(RequestBodyError) {
        switch code {
        case CNIOEXTRAS_Z_OK: isAtBoundary = false
        case CNIOEXTRAS_Z_STREAM_END: (isAtBoundary, hasEnded, hasMoreOutput) = (true, true, false)
        // No progress: the decompressor wants more bytes.
        case CNIOEXTRAS_Z_BUF_ERROR where input.readableBytes == 0: hasMoreOutput = false
        default: throw .malformedCoding
        }
    }

    /// The compressed bytes have ended.
    ///
    /// - Throws: `malformedCoding` where they end too early.
    func finish() throws(RequestBodyError) {
        guard isAtBoundary else { throw .malformedCoding }
    }
}

@available(*, unavailable)
extension Inflater: Sendable {}
