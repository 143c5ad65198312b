/// One of the places where a database may be found.
package struct PostgresHost: Sendable, Hashable {
    /// A host name, an address, or the directory of a Unix socket (begins with `/`). Also the name that a certificate
    /// must bear. Empty where the address alone is known.
    package var name: String
    /// The numeric address to connect to; nil to look the name up for each connection.
    package var address: String?
    package var port: Int

    package init(name: String, address: String? = nil, port: Int = 5432) {
        self.name = name
        self.address = address
        self.port = port
    }

    /// True for the directory of a Unix socket, or a socket of Linux's abstract namespace.
    var isLocalSocket: Bool { name.hasPrefix("/") || name.hasPrefix("@") }
}

extension PostgresHost: CustomStringConvertible {
    package var description: String {
        if isLocalSocket { return "\(name) (port \(port))" }
        let text = name.isEmpty ? address ?? "" : name
        return text.contains(":") ? "[\(text)]:\(port)" : "\(text):\(port)"
    }
}
