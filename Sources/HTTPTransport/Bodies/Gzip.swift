import CNIOExtrasZlib

/// Compresses whole bodies (RFC 1952).
package enum Gzip {
    /// - Parameter level: 1 is the fastest, 9 gives the smallest output.
    /// - Returns: nil where there is no memory for it; the caller then sends the body as it is.
    package static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8]? {
        var stream = cnioextras_z_stream()
        // 15 is the largest window; 16 more writes the header of gzip. 8 is zlib's usual memory.
        guard
            CNIOExtrasZlib_deflateInit2(
                &stream,
                CInt(level),
                CNIOEXTRAS_Z_DEFLATED,
                15 + 16,
                8,
                CNIOEXTRAS_Z_DEFAULT_STRATEGY
            )
                == CNIOEXTRAS_Z_OK
        else { return nil }
        defer { cnioextras_z_deflateEnd(&stream) }
        var input = bytes
        let bound = Int(cnioextras_z_deflateBound(&stream, UInt(bytes.count)))
        var isWhole = false
        let output = [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            input.withUnsafeMutableBufferPointer { source in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(bound)
                isWhole = cnioextras_z_deflate(&stream, CNIOEXTRAS_Z_FINISH) == CNIOEXTRAS_Z_STREAM_END
            }
            count = bound - Int(stream.avail_out)
        }
        return isWhole ? output : nil
    }
}
