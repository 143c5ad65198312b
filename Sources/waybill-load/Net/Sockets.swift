import CLinux
import Glibc

/// Non-blocking TCP sockets over 127.0.0.0/8, which children do not inherit.
enum Sockets {
    /// `IP_BIND_ADDRESS_NO_PORT` (ip(7)): the port is chosen at `connect`, so that it must be free for this peer only.
    private static let bindAddressNoPort: Int32 = 24

    /// Begins to connect to a port of 127.0.0.1. The socket becomes writable once it is connected.
    ///
    /// - Parameters:
    ///   - port: the port.
    ///   - source: the last byte of the source address 127.0.0.x. One address has about 28,000 ports for one peer.
    ///   - receiveBuffer: the size, in bytes, of the kernel's receive buffer; nil for the system's default.
    static func connect(port: Int, source: UInt8 = 1, receiveBuffer: Int32? = nil) throws -> Int32 {
        let descriptor = try stream()
        do {
            try set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
            if let receiveBuffer { try set(descriptor, SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
            if source != 1 {
                try set(descriptor, Int32(IPPROTO_IP), bindAddressNoPort, 1)
                guard withAddress(source, 0, { Glibc.bind(descriptor, $0, $1) }) == 0 else {
                    throw LoadFailure.system("bind")
                }
            }
            let result = withAddress(1, port) { Glibc.connect(descriptor, $0, $1) }
            guard result == 0 || errno == EINPROGRESS else { throw LoadFailure.system("connect to port \(port)") }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Listens on a free port of 127.0.0.1.
    static func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = try stream()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var address = sockaddr_in()
        guard withAddress(1, 0, { Glibc.bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 4096) == 0 else {
            throw LoadFailure.system("listen")
        }
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// Accepts the next waiting connection; nil where there is none.
    static func accept(_ listener: Int32) throws -> Int32? {
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = accept4(listener, nil, nil, flags)
        guard descriptor >= 0 else { return nil }
        try set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return descriptor
    }

    /// The error of a connection attempt; 0 for none.
    static func error(of descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return code
    }

    /// Sends as many bytes as the kernel accepts now.
    ///
    /// - Returns: the number of bytes sent; 0 where there is no room.
    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws -> Int {
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if count >= 0 { return count }
        guard errno == EAGAIN || errno == EINTR else { throw LoadFailure.system("send") }
        return 0
    }

    /// Receives the bytes that have arrived.
    ///
    /// - Returns: the number of bytes; 0 at the end of the stream, nil where nothing has arrived.
    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws -> Int? {
        let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        if count >= 0 { return count }
        guard errno == EAGAIN || errno == EINTR else { throw LoadFailure.system("recv") }
        return nil
    }

    private static func stream() throws -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { throw LoadFailure.system("socket") }
        return descriptor
    }

    private static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) throws {
        var value = value
        guard setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw LoadFailure.system("setsockopt")
        }
    }

    private static func withAddress(_ last: UInt8, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
        -> Int32
    {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = (UInt32(0x7F00_0000) | UInt32(last)).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
