import CLinux
import Glibc

/// System calls on the sockets of direct exchanges.
enum DirectSocket {
    /// The first bytes that have come, which stay where they are.
    enum Peek {
        case bytes(UnsafeRawBufferPointer)
        /// Nothing has come yet.
        case nothing
        /// The client has left or closed its side.
        case ended
    }

    /// The outcome of accepting a connection.
    enum Accepted {
        case connection(CInt)
        /// None waits.
        case nothing
        /// The connection that waited is gone.
        case gone
        /// The system has no descriptor or no memory for it, by this error.
        case scarcity(CInt)
        /// The socket does not listen any more.
        case closed
    }

    /// Accepts a connection as a non-blocking socket that children do not inherit.
    static func accept(_ listener: CInt) -> Accepted {
        let descriptor = accept4(listener, nil, nil, CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue))
        guard descriptor < 0 else { return .connection(descriptor) }
        switch errno {
        case EAGAIN: return .nothing
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .scarcity(errno)
        case EBADF, EINVAL, ENOTSOCK, EOPNOTSUPP: return .closed
        // Errors of the connection's network are reported here too: accept(2).
        default: return .gone
        }
    }

    static func peek(_ descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer) -> Peek {
        while true {
            let count = recv(
                descriptor,
                buffer.baseAddress,
                buffer.count,
                CInt(MSG_PEEK | MSG_DONTWAIT)
            )
            if count > 0 { return .bytes(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
            if count == 0 { return .ended }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .nothing : .ended
        }
    }

    /// Reads and drops bytes that have come.
    ///
    /// - Returns: false where the client has left or closed its side.
    static func discard(from descriptor: CInt, atMost limit: Int) -> Bool {
        let count = recv(descriptor, nil, limit, CInt(MSG_TRUNC | MSG_DONTWAIT))
        return count > 0 || count < 0 && (errno == EAGAIN || errno == EINTR)
    }

    /// Sends as many bytes as the system takes.
    ///
    /// - Returns: their number; nil where the client has left.
    static func send(_ bytes: ArraySlice<UInt8>, on descriptor: CInt) -> Int? {
        bytes.withUnsafeBytes { bytes in
            while true {
                let flags = CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
                let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
                if count >= 0 { return count }
                if errno == EINTR { continue }
                return errno == EAGAIN ? 0 : nil
            }
        }
    }
}
