/// The address of a database, and the way to log in there.
package struct PostgresConfiguration: Sendable, Hashable {
    /// The places where the database may be, at least one. They are tried in order for each connection.
    package var hosts: [PostgresHost]
    package var database: String
    /// The role to log in as; empty for libpq's default, the name of the operating system's user.
    package var user: String
    /// Nil to take it from libpq's password file, if any.
    package var password: String?
    /// The server that will do, of several.
    package var sessionKind = PostgresSessionKind.any
    /// True to try the hosts in an order by chance, which spreads connections over them.
    package var shufflesHosts = false
    /// The name in `pg_stat_activity`.
    package var applicationName = "swift-postgres"
    /// Settings of the session, such as `statement_timeout`. They are set after connecting and read back: poolers
    /// refuse them in the first packet.
    package var serverSettings: [String: String] = [:]
    /// A SQL expression for the role that the session acts as; its null, and nil, keep the login.
    package var roleExpression: String?
    /// The longest time for opening a connection to one address, authentication included, and for looking up one name.
    package var connectTimeout: Duration = .seconds(10)
    /// The time for opening a connection over all hosts, addresses and kinds of server, of which each has a fair share.
    package var totalConnectTimeout: Duration = .seconds(10)
    /// The time for a request that names none of its own, and for each step of a COPY; nil for no limit. A connection
    /// that misses it is closed, as for a request's own time.
    package var requestTimeout: Duration?
    /// True for TCP keepalives that probe after 10 s of silence and give up within about 25 s; false for the system's
    /// own.
    package var keepalives = true
    /// Further parameters for libpq as its manual lists them, such as `sslmode`.
    package var libpqParameters: [String: String] = [:]

    package init(host: String, port: Int = 5432, database: String, user: String, password: String? = nil) {
        hosts = [PostgresHost(name: host, port: port)]
        self.database = database
        self.user = user
        self.password = password
    }

    /// The first host's name.
    package var host: String {
        get { hosts[0].name }
        set { hosts[0].name = newValue }
    }

    /// The first host's port.
    package var port: Int {
        get { hosts[0].port }
        set { hosts[0].port = newValue }
    }

    /// The parameters for one address as libpq takes them, in a stable order.
    ///
    /// - Parameters:
    ///   - address: the host's numeric address; nil for a local socket.
    ///   - sessionKind: the server that will do.
    func libpqKeywords(
        for host: PostgresHost,
        address: String?,
        sessionKind: PostgresSessionKind
    ) -> [(String, String)] {
        var values = libpqParameters
        values["host"] = host.name.isEmpty ? nil : host.name
        values["hostaddr"] = address
        values["port"] = String(host.port)
        values["target_session_attrs"] = sessionKind.rawValue
        values["dbname"] = database.isEmpty ? nil : database
        values["user"] = user.isEmpty ? nil : user
        values["password"] = password
        values["application_name"] = applicationName
        values["client_encoding"] = "UTF8"
        if keepalives {
            for (name, value) in [("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3")] {
                values[name] = values[name] ?? value
            }
            values["tcp_user_timeout"] = values["tcp_user_timeout"] ?? "25000"
        }
        return values.sorted { $0.key < $1.key }
    }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible {
    /// The address without the password, for logs and errors.
    package var description: String {
        let place = hosts.map(\.description).joined(separator: ",")
        return database.isEmpty ? place : "\(place)/\(database)"
    }

    package var debugDescription: String { description }
}
