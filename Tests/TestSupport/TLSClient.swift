import CNIOBoringSSL
import Foundation

/// The client's side of TLS on a non-blocking socket, which belongs to the caller.
package final class TLSClient {
    private let context: OpaquePointer
    private let ssl: OpaquePointer

    package enum Received: Equatable {
        case bytes([UInt8])
        case nothing
        /// The server has sent its closing alert.
        case ended
        /// The connection ended without that, or by an error.
        case broken
    }

    /// - Parameter version: the only version of TLS, as BoringSSL numbers them; nil for any.
    package init(on descriptor: CInt, version: CInt? = nil) throws {
        // A write to a socket whose other end is closed is an error, not a signal.
        signal(SIGPIPE, SIG_IGN)
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw POSIXError(.ENOMEM) }
        self.context = context
        if let version {
            SSL_CTX_set_min_proto_version(context, UInt16(version))
            SSL_CTX_set_max_proto_version(context, UInt16(version))
        }
        guard let ssl = SSL_new(context) else {
            SSL_CTX_free(context)
            throw POSIXError(.ENOMEM)
        }
        self.ssl = ssl
        SSL_set_fd(ssl, descriptor)
        SSL_set_connect_state(ssl)
    }

    deinit {
        SSL_free(ssl)
        SSL_CTX_free(context)
    }

    /// Goes on with the handshake.
    ///
    /// - Returns: true once it is done.
    package func handshake() -> Bool { SSL_do_handshake(ssl) == 1 }

    package func receive() -> Received {
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        let count = SSL_read(ssl, &buffer, CInt(buffer.count))
        guard count <= 0 else { return .bytes(Array(buffer[..<Int(count)])) }
        switch SSL_get_error(ssl, count) {
        case SSL_ERROR_WANT_READ: return .nothing
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .broken
        }
    }

    package func send(_ bytes: [UInt8]) { _ = SSL_write(ssl, bytes, CInt(bytes.count)) }

    /// Changes the keys of both directions (RFC 8446, section 4.6.3); goes out with the next bytes.
    package func updateKeys() { SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED) }

    /// Sends the closing alert.
    package func end() { SSL_shutdown(ssl) }
}
