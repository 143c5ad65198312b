import CNIOBoringSSL
import Glibc
import NIOCore

/// The encrypted side of a TLS session: buffers that a channel fills and empties, or a socket. Holds no buffer while
/// nothing is under way.
///
/// BoringSSL reads and writes here by way of a `BIO`, which the session's `SSL` object owns.
final class TLSBytes {
    /// The descriptor of a non-blocking socket; nil while a channel moves the bytes.
    var descriptor: CInt?
    /// Bytes that have come and that BoringSSL has not read yet.
    private(set) var inbound = ByteBuffer()
    /// Bytes that BoringSSL has written and that the channel has not taken yet.
    private var outbound = ByteBuffer()
    /// The numbers of bytes that were read from the peer, and that were written for it.
    private(set) var (received, sent) = (0, 0)

    nonisolated(unsafe) private static let method: OpaquePointer? = {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "waybill") else { return nil }
        BIO_meth_set_write(method) { bio, start, count in
            BIO_clear_retry_flags(bio)
            guard let bio, let start, let data = BIO_get_data(bio), count > 0 else { return 0 }
            let bytes = UnsafeRawBufferPointer(start: start, count: Int(count))
            guard let sent = Unmanaged<TLSBytes>.fromOpaque(data).takeUnretainedValue().send(bytes) else { return -1 }
            if sent == 0 { BIO_set_retry_write(bio) }
            return sent == 0 ? -1 : CInt(sent)
        }
        BIO_meth_set_read(method) { bio, start, count in
            BIO_clear_retry_flags(bio)
            guard let bio, let start, let data = BIO_get_data(bio), count > 0 else { return 0 }
            let bytes = UnsafeMutableRawBufferPointer(start: start, count: Int(count))
            guard let received = Unmanaged<TLSBytes>.fromOpaque(data).takeUnretainedValue().receive(bytes) else {
                BIO_set_retry_read(bio)
                return -1
            }
            return CInt(received)
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        BIO_meth_set_create(method) { _ in 1 }
        return method
    }()

    /// Connects an `SSL` object with these bytes, which must live longer.
    func connect(_ ssl: OpaquePointer) throws(TLSError) {
        guard let method = Self.method, let bio = BIO_new(method) else { throw TLSError.takeNewest() }
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        SSL_set_bio(ssl, bio, bio)
    }

    // MARK: The channel's side

    /// Adds bytes that have come.
    func append(_ bytes: inout ByteBuffer) {
        if inbound.readableBytes == 0 { inbound = bytes } else { inbound.writeBuffer(&bytes) }
    }

    /// True when BoringSSL has nothing left to read, and the channel nothing to send.
    var isEmpty: Bool { inbound.readableBytes == 0 && outbound.readableBytes == 0 }

    /// The number of bytes that the channel is to send.
    var outboundCount: Int { outbound.readableBytes }

    /// Makes room for bytes that BoringSSL is about to write.
    func reserve(_ count: Int) { outbound.reserveCapacity(minimumWritableBytes: count) }

    /// Removes the bytes that the channel is to send.
    func takeOutbound() -> ByteBuffer? {
        guard outbound.readableBytes > 0 else { return nil }
        defer { outbound = ByteBuffer() }
        return outbound
    }

    // MARK: BoringSSL's side

    /// - Returns: the number of bytes that were taken, 0 where none is at the moment; nil where the peer has left.
    private func send(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let descriptor else {
            outbound.writeBytes(bytes)
            sent += bytes.count
            return bytes.count
        }
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
            if count >= 0 {
                sent += count
                return count
            }
            if errno != EINTR { return errno == EAGAIN ? 0 : nil }
        }
    }

    /// - Returns: the number of bytes, 0 where the peer has ended; nil where none has come.
    private func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Int? {
        guard let descriptor else {
            let count = min(inbound.readableBytes, buffer.count)
            guard count > 0 else { return nil }
            inbound.readWithUnsafeReadableBytes { bytes in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                return count
            }
            if inbound.readableBytes == 0 { inbound = ByteBuffer() }
            received += count
            return count
        }
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_DONTWAIT))
            if count >= 0 {
                received += count
                return count
            }
            if errno != EINTR { return errno == EAGAIN ? nil : 0 }
        }
    }
}
