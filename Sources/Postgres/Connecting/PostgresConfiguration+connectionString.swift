extension PostgresConfiguration {
    /// Reads a `postgres://` URL or a `key=value` string (libpq's "Connection Strings"). What the string does not say
    /// is taken from libpq's service file and environment variables, as every PostgreSQL program does; a host that
    /// nothing names is `localhost`.
    ///
    /// - Throws: `usage` when the string, or the service that it names, cannot be used. The message repeats no part of
    ///   the string, which may hold a password.
    package init(connectionString: String) throws(PostgresError) {
        var values = try ConnectionString.parameters(of: connectionString)
        let found = try ConnectionString.effectiveParameters(of: connectionString)
        for name in ["host", "hostaddr", "port", "dbname"] { values[name] = nil }
        self.init(
            host: "localhost",
            database: found["dbname"] ?? "",
            user: values.removeValue(forKey: "user") ?? "",
            password: values.removeValue(forKey: "password")
        )
        hosts = try ConnectionString.hosts(names: found["host"], addresses: found["hostaddr"], ports: found["port"])
        if let name = values.removeValue(forKey: "application_name") { applicationName = name }
        values["target_session_attrs"] = nil
        if let text = found["target_session_attrs"] {
            guard let kind = PostgresSessionKind(rawValue: text) else {
                let kinds = PostgresSessionKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw PostgresError(.usage, "target_session_attrs of the database URL must be one of \(kinds)")
            }
            sessionKind = kind
        }
        shufflesHosts = found["load_balance_hosts"] == "random"
        values["load_balance_hosts"] = nil
        values["connect_timeout"] = nil
        connectTimeout = try ConnectionString.connectTimeout(found["connect_timeout"], hosts: hosts.count)
        totalConnectTimeout = max(totalConnectTimeout, connectTimeout)
        libpqParameters = values
    }
}
