import CNIOBoringSSL
import NIOCore

/// The server's side of one TLS connection. The connection's channel moves the encrypted bytes at first; a lane that
/// takes the connection's socket moves them itself.
///
/// Unchecked, since the compiler cannot see that one thread at a time uses a session: the thread of its event loop,
/// until the session is given away with the socket, and the lane's thread from then on. BoringSSL's object is freed
/// with the session.
package final class TLSSession: @unchecked Sendable {
    /// The outcome of a step of the protocol.
    enum Outcome: Equatable {
        case done
        /// The step needs more of the peer's bytes, or that the peer takes more.
        case pending
        /// The peer has sent its closing alert.
        case ended
        case failed(TLSError)
    }

    /// The most bytes of a record.
    static let recordBytes = 16 * 1024
    /// More bytes than a record adds to its content.
    private static let overhead = 64

    private let ssl: OpaquePointer
    private let bytes = TLSBytes()

    /// - Parameter ssl: an `SSL` object, which belongs to the session from now on.
    init(_ ssl: OpaquePointer) throws(TLSError) {
        self.ssl = ssl
        SSL_set_accept_state(ssl)
        // Frees what only a handshake needs once that is done.
        SSL_set_shed_handshake_config(ssl, 1)
        try bytes.connect(ssl)
    }

    deinit { SSL_free(ssl) }

    private func outcome(of result: CInt) -> Outcome {
        guard result <= 0 else { return .done }
        switch SSL_get_error(ssl, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return .pending
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .failed(TLSError.takeNewest())
        }
    }

    // MARK: On a channel

    /// Goes on with the handshake.
    func handshake() -> Outcome { outcome(of: SSL_do_handshake(ssl)) }

    /// The protocol that was agreed on (ALPN); nil for none.
    var negotiatedProtocol: String? {
        var (name, length) = (UnsafePointer<UInt8>?.none, CUnsignedInt(0))
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard length > 0, let name else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// Adds encrypted bytes that have come.
    func append(_ bytes: inout ByteBuffer) { self.bytes.append(&bytes) }

    /// Decrypts all that has come.
    ///
    /// - Returns: the content, and the reason for which there is no more of it.
    func read() -> (content: ByteBuffer, outcome: Outcome) {
        var content = ByteBuffer()
        var first: UInt8 = 0
        while true {
            // Decrypts a record, whose length is known then.
            let result = SSL_peek(ssl, &first, 1)
            guard result > 0 else { return (content, outcome(of: result)) }
            let count = Int(SSL_pending(ssl))
            content.writeWithUnsafeMutableBytes(minimumWritableBytes: count + bytes.inbound.readableBytes) { buffer in
                max(0, Int(SSL_read(ssl, buffer.baseAddress, CInt(count))))
            }
        }
    }

    /// Encrypts content for the channel.
    func write(_ content: ByteBuffer) -> Outcome {
        let records = content.readableBytes / Self.recordBytes + 1
        bytes.reserve(content.readableBytes + records * Self.overhead)
        return content.withUnsafeReadableBytes { write($0).outcome }
    }

    /// Writes the closing alert.
    ///
    /// - Returns: `done` once it is written.
    func close() -> Outcome {
        let result = SSL_shutdown(ssl)
        // 0: the peer's own alert has not come.
        return result >= 0 ? .done : outcome(of: result)
    }

    /// True when BoringSSL has nothing left to read, and the channel nothing to send.
    var isSettled: Bool { bytes.isEmpty }
    /// The number of encrypted bytes that have come and that BoringSSL has not read.
    var waitingCount: Int { bytes.inbound.readableBytes }
    /// The number of encrypted bytes that the channel is to send.
    var outboundCount: Int { bytes.outboundCount }

    /// Removes the encrypted bytes that the channel is to send.
    func takeOutbound() -> ByteBuffer? { bytes.takeOutbound() }

    // MARK: On a socket

    /// Lets the session use a socket itself, or lets a channel move the bytes again where `descriptor` is nil.
    func use(_ descriptor: CInt?) { bytes.descriptor = descriptor }

    /// Sends bytes as far as the socket takes them. After fewer than all, the next call must go on with those that
    /// follow, since some of them may be in a record that is begun.
    ///
    /// - Parameter isLast: true when the closing alert follows the bytes.
    package func send(_ content: [UInt8], from offset: Int, isLast: Bool) -> SocketSend {
        let before = bytes.sent
        var (count, outcome) = content.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[offset...])) }
        if outcome == .done, isLast { outcome = close() }
        switch outcome {
        case .done, .pending:
            return .bytes(count, isComplete: outcome == .done, hasProgressed: bytes.sent != before)
        case .ended, .failed: return .gone
        }
    }

    /// Reads and drops what has come.
    ///
    /// - Returns: the number of bytes on the wire, about `limit` at most; nil when the client has closed its side.
    package func discard(atMost limit: Int) -> Int? {
        let before = bytes.received
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while bytes.received - before < limit {
                let result = SSL_read(ssl, buffer.baseAddress, CInt(buffer.count))
                switch outcome(of: result) {
                case .done: continue
                case .pending: return bytes.received - before
                case .ended:
                    // Answers the client's closing alert (RFC 5246, section 7.2.1).
                    _ = close()
                    return nil
                case .failed: return nil
                }
            }
            return bytes.received - before
        }
    }

    private func write(_ content: UnsafeRawBufferPointer) -> (count: Int, outcome: Outcome) {
        var count = 0
        while count < content.count {
            let result = SSL_write(ssl, content.baseAddress?.advanced(by: count), CInt(clamping: content.count - count))
            guard result > 0 else { return (count, outcome(of: result)) }
            count += Int(result)
        }
        return (count, .done)
    }
}
