import Foundation
import TestSupport

/// The client of a stream on a socket that a lane serves. It reads only when the test says so.
final class LaneClient {
    let descriptor: Int32
    /// The client's side of TLS; nil for clear text.
    var secure: TLSClient?
    /// True when the other end has sent TLS's closing alert.
    private(set) var isEnded = false
    private var raw: [UInt8] = []
    private var parsed = 0
    /// The bytes of the body so far.
    private(set) var body: [UInt8] = []
    /// True when the chunk that ends the body has come, and nothing after it.
    private(set) var isComplete = false
    /// True when the other end has closed.
    private(set) var isOver = false

    /// Makes a connected pair over TCP. The descriptor of the other end belongs to the caller.
    ///
    /// - Parameter receiveBuffer: the bytes that the kernel keeps for a client that does not read.
    static func pair(receiveBuffer: Int32 = 32 * 1024) throws -> (client: LaneClient, other: Int32) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Foundation.close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var size = receiveBuffer
        setsockopt(client, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        let isConnected = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &length) == 0
                    && connect(client, $0, length) == 0
            }
        }
        let other = accept(listener, nil, nil)
        guard isConnected, other >= 0 else { throw POSIXError(.ECONNREFUSED) }
        _ = fcntl(other, F_SETFL, O_NONBLOCK)
        return (LaneClient(client), other)
    }

    private init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { if !isClosed { Foundation.close(descriptor) } }

    private var isClosed = false

    /// Reads the bytes that have come.
    func read() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isOver {
            if let secure {
                guard decrypt(secure) else { return }
                continue
            }
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else {
                isOver = count == 0 || errno != EAGAIN
                return
            }
            raw += buffer[..<count]
            parse()
            ids.update(body)
        }
    }

    /// - Returns: false when nothing more has come.
    private func decrypt(_ secure: TLSClient) -> Bool {
        switch secure.receive() {
        case .bytes(let bytes):
            raw += bytes
            parse()
            ids.update(body)
            return true
        case .nothing: return false
        case .ended: isEnded = true
        case .broken: break
        }
        isOver = true
        return false
    }

    /// Removes the complete chunks from the bytes that have come.
    private func parse() {
        while let end = raw[parsed...].firstIndex(of: 13) {
            guard let size = Int(String(decoding: raw[parsed..<end], as: UTF8.self), radix: 16) else { return }
            guard raw.count >= end + 2 + size + 2 else { return }
            isComplete = size == 0 && raw.count == end + 4
            if size == 0 { return }
            body += raw[end + 2..<end + 2 + size]
            parsed = end + 2 + size + 2
        }
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The blocks that carry data: all but heartbeats, which depend on the time.
    var frames: [String] { text.components(separatedBy: "\n\n").filter { $0.contains("data: ") } }

    /// The ids of the events that have come, in order.
    var events: [Int64] { ids.all }
    private var ids = EventIds()

    /// Reads until a condition holds.
    func waits(_ condition: (LaneClient) -> Bool) async throws -> Bool {
        try await eventually {
            read()
            return condition(self)
        }
    }

    /// - Returns: the number of bytes that the kernel has taken.
    @discardableResult func send(_ bytes: [UInt8]) -> Int {
        Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func close() {
        isClosed = true
        Foundation.close(descriptor)
    }

    /// Closes so that the other end gets a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }
}
