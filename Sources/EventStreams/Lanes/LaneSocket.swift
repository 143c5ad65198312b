import Glibc

/// What a lane does with a client's socket. Every descriptor is non-blocking and closed on exec.
enum LaneSocket {
    /// Most bytes that the kernel keeps for a client that does not take them; it doubles the number for its own needs.
    private static let sendBuffer: Int32 = 64 * 1024
    /// How long sent bytes may go unacknowledged before the client counts as gone, in milliseconds.
    private static let userTimeout: Int32 = 30_000

    enum Sent: Equatable {
        /// So many bytes, perhaps none.
        case bytes(Int)
        case gone
    }

    /// Bounds what the kernel keeps, and for how long. Sockets that are not TCP have no such timeout; nothing depends on it.
    static func prepare(_ descriptor: Int32) {
        set(descriptor, SOL_SOCKET, SO_SNDBUF, sendBuffer)
        set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, userTimeout)
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    static func send(_ descriptor: Int32, _ bytes: [UInt8], from offset: Int) -> Sent {
        bytes.withUnsafeBytes { raw in
            while true {
                let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                let count = Glibc.send(descriptor, raw.baseAddress?.advanced(by: offset), raw.count - offset, flags)
                if count >= 0 { return .bytes(count) }
                if errno == EINTR { continue }
                return errno == EAGAIN ? .bytes(0) : .gone
            }
        }
    }

    /// Reads and drops what is there.
    ///
    /// - Returns: how many bytes; nil once the client has closed its side.
    static func discard(_ descriptor: Int32, atMost limit: Int) -> Int? {
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

    /// Says that nothing follows; the client may still send.
    static func endSending(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_WR)) }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
