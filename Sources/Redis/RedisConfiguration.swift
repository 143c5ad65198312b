/// The servers, the login and the protection of connections to Redis.
package struct RedisConfiguration: Sendable, Hashable {
    /// TLS for connections. The server's certificate is verified, name included.
    package struct TLS: Sendable, Hashable {
        /// A file of certificates (PEM) that are trusted instead of the system's.
        package var authorities: String?
        /// The files (PEM) of the client's own certificate and key.
        package var certificate: String?
        package var key: String?

        package init(authorities: String? = nil, certificate: String? = nil, key: String? = nil) {
            self.authorities = authorities
            self.certificate = certificate
            self.key = key
        }
    }

    /// The servers, tried in turn: of a cluster any nodes, else the primary and its replicas.
    package var hosts: [RedisHost]
    /// Nil for the user `default`.
    package var user: String?
    /// Nil where the server asks for none.
    package var password: String?
    /// Nil for clear text.
    package var tls: TLS?
    /// The time to connect and log in.
    package var connectTimeout: Duration = .seconds(3)
    /// The time for an answer.
    package var replyTimeout: Duration = .seconds(2)
    /// The time without a byte after which the connection is tried by `PING`.
    package var keepAlive: Duration = .seconds(1)
    /// The bounds of what a server sends.
    package var messageBytes = 4 * 1024 * 1024
    /// The connections' name in the server's `CLIENT LIST`.
    package var clientName = "waybill"

    package init(hosts: [RedisHost], user: String? = nil, password: String? = nil, tls: TLS? = nil) {
        self.hosts = hosts
        self.user = user
        self.password = password
        self.tls = tls
    }
}
