/// The client of a request, as far as the service can know it: the peer of the connection, or the client that a trusted
/// proxy names.
package struct ClientAddress: Sendable, Hashable {
    /// The address without its port; "local" for a peer without one.
    package let address: String
    /// Tells whether the client's own connection is TLS, so that a cookie may be `Secure`.
    package let isSecure: Bool
    /// True where a trusted proxy has told whether the client's connection is TLS; else `isSecure` is that of the
    /// service's own connection.
    package let isSchemeNamed: Bool

    package init(address: String, isSecure: Bool, isSchemeNamed: Bool = false) {
        self.address = address
        self.isSecure = isSecure
        self.isSchemeNamed = isSchemeNamed
    }
}
