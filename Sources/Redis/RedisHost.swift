/// The address of a server.
package struct RedisHost: Sendable, Hashable, CustomStringConvertible {
    /// A name or an address, IPv6 without brackets.
    package let name: String
    package let port: Int

    package static let defaultPort = 6379

    package init(_ name: String, port: Int = defaultPort) {
        self.name = name
        self.port = port
    }

    package var description: String { name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)" }
}
