import Foundation
import TestSupport

/// A client that sends and reads only when a test tells it to. The buffers of an HTTP library would hide backpressure.
final class RawConnection {
    private let descriptor: Int32
    private(set) var received: [UInt8] = []
    private var chunk: [UInt8] = []
    /// The bytes of the chunk that are sent already.
    private var offset = 0

    /// Connects with a small receive buffer, so that unread bytes soon stop the sender.
    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var size: Int32 = 128 * 1024
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(descriptor) }

    /// The bytes that could be sent without waiting; nil once the connection is gone.
    func send(_ bytes: some Collection<UInt8>) -> Int? {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let sent = Array(bytes).withUnsafeBytes { raw in
            Foundation.send(descriptor, raw.baseAddress, raw.count, flags)
        }
        if sent >= 0 { return sent }
        return errno == EAGAIN ? 0 : nil
    }

    /// Reads all that is there; false at the end.
    func read() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return count < 0 && errno == EAGAIN }
            received += buffer[..<count]
        }
    }

    /// Sends the same chunk (RFC 9112, section 7.1) again and again until the service has taken nothing for a second.
    ///
    /// - Returns: the bytes that went out.
    func sendUntilNobodyReads(_ lines: String) async throws -> Int {
        chunk = Array("\(String(lines.utf8.count, radix: 16))\r\n\(lines)\r\n".utf8)
        var total = 0
        var progress = ContinuousClock.now
        while .now - progress < .seconds(1) {
            guard let sent = sendMore() else { break }
            if sent > 0 {
                progress = .now
                total += sent
            } else {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        return total
    }

    /// Sends once more from where ``sendUntilNobodyReads(_:)`` stopped, which may be in the middle of a chunk.
    ///
    /// - Returns: the bytes that went out; nil once the connection is gone.
    func sendMore() -> Int? {
        guard let sent = send(chunk[offset...]) else { return nil }
        offset = (offset + sent) % chunk.count
        return sent
    }
}
