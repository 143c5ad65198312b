import Glibc

/// A listening TCP socket on loopback that never accepts.
package func withSilentServer<R>(_ body: (Int) async throws -> R) async throws -> R {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> UInt16 in
            guard bind(socket, address, length) == 0, listen(socket, 1) == 0 else { return 0 }
            getsockname(socket, address, &length)
            return 0
        } + pointer.pointee.sin_port.bigEndian
    }
    guard port != 0 else { throw NoListener() }
    return try await body(Int(port))
}

/// No port could be listened on.
private struct NoListener: Error {}
