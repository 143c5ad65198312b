import Foundation
import Primitives

/// The address that a service will listen on, tried before anything else is begun.
struct ListeningAddress {
    let host: String
    let port: Int

    /// Tells whether a host's text means this machine alone, without asking a name server.
    static func isLoopback(_ host: String) -> Bool {
        let literal = host.hasPrefix("[") ? host.dropFirst().prefix { $0 != "]" } : host[...]
        guard let address = IPAddress(literal) else {
            return ["localhost", "ip6-localhost"].contains(host.lowercased())
        }
        return address.isLoopback
    }

    /// Binds a socket to the address and closes it again.
    ///
    /// - Throws: `CommandFailure` where a service could not listen there.
    func check() throws {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(host, String(port), &hints, &found)
        guard result == 0, let address = found else {
            let reason = String(cString: gai_strerror(result))
            throw CommandFailure("cannot listen on “\(TerminalText.plain(host))”: \(reason); check --host")
        }
        defer { freeaddrinfo(found) }
        let number = Self.bindError(address.pointee)
        guard number == 0 else { throw failure(errno: number) }
    }

    /// The sentence for a failure of bind(2) or listen(2).
    func failure(errno number: Int32) -> CommandFailure {
        let place = "\(host):\(port)"
        return switch number {
        case EADDRINUSE:
            CommandFailure("\(place) is in use by another process; stop that process, or give another --port")
        case EACCES: CommandFailure("\(place) needs privileges that this user does not have; give a --port above 1023")
        case EADDRNOTAVAIL: CommandFailure("\(host) is not an address of this machine; give another --host")
        default: CommandFailure("cannot listen on \(place): \(String(cString: strerror(number)))")
        }
    }

    /// - Returns: the error number; 0 where the address can be had.
    private static func bindError(_ address: addrinfo) -> Int32 {
        let descriptor = socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        // As the service's own socket: connections that are still ending do not count.
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { return errno }
        // With SO_REUSEADDR a second bind succeeds while nobody listens, and listen(2) finds it.
        return listen(descriptor, 1) == 0 ? 0 : errno
    }
}
