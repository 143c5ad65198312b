import Glibc
import HTTPTransport

/// System calls on a client's socket. Each descriptor is non-blocking and closed on exec.
enum LaneSocket {
    /// The most bytes that the kernel keeps for a client that does not take them. The kernel doubles the number.
    private static let sendBufferBytes: Int32 = 64 * 1024
    /// The milliseconds after which a client that does not acknowledge sent bytes counts as gone.
    private static let userTimeoutMilliseconds: Int32 = 30_000

    /// Bounds the bytes that the kernel keeps, and the time. A socket that is not TCP has no such timeout and needs
    /// none.
    static func prepare(_ descriptor: Int32) {
        set(descriptor, SOL_SOCKET, SO_SNDBUF, sendBufferBytes)
        set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, userTimeoutMilliseconds)
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    /// Sends as many bytes as the kernel takes.
    static func send(_ bytes: UnsafeRawBufferPointer, on descriptor: Int32) -> SocketSend {
        while true {
            let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
            if count >= 0 { return .bytes(count, isComplete: count == bytes.count, hasProgressed: count > 0) }
            if errno == EINTR { continue }
            return errno == EAGAIN ? .bytes(0, isComplete: false, hasProgressed: false) : .gone
        }
    }

    /// Reads and drops the bytes that have come.
    ///
    /// - Returns: their number, about `limit` at most; nil when the client has closed its side.
    static func discard(from descriptor: Int32, atMost limit: Int) -> Int? {
        var total = 0
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while total < limit {
                let count = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                if count > 0 {
                    total += count
                } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
                    return nil
                } else if errno == EAGAIN {
                    return total
                }
            }
            return total
        }
    }

    /// Sends FIN. The client may still send.
    static func endSending(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_WR)) }

    static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
