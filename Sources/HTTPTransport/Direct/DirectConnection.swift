import Glibc

/// An accepted connection that no event loop has: its first request may be answered on its socket, without handlers. It
/// has a place among its listener's connections.
struct DirectConnection {
    let descriptor: CInt
    let listener: DirectListener

    /// Gives the connection to the event loops, as if it had been accepted now. Nothing may have been read from it.
    func passOn() {
        listener.ended()
        listener.passOn(descriptor)
    }

    /// The peer's address without its port; nil where it has none.
    var address: String? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getpeername(descriptor, address, &length) == 0 else { return nil }
                return Self.text(of: address)
            }
        }
    }

    private static func text(of address: UnsafeMutablePointer<sockaddr>) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            let family = CInt(address.pointee.sa_family)
            let offset: Int
            switch family {
            case AF_INET: offset = MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 4
            case AF_INET6: offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
            default: return nil
            }
            let number = UnsafeRawPointer(address) + offset
            guard let text = inet_ntop(family, number, buffer.baseAddress, socklen_t(buffer.count)) else { return nil }
            return String(cString: text)
        }
    }
}
