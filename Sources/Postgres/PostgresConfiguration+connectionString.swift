import CLibPQ

extension PostgresConfiguration {
    /// Reads a `postgres://` URL or a `key=value` string (libpq's "Connection Strings").
    ///
    /// - Throws: `usage` when the string cannot be read, or names several hosts. The message repeats no part of the
    ///   string, which may hold a password.
    package init(connectionString: String) throws(PostgresError) {
        var values = try PostgresConfiguration.parameters(of: connectionString)
        guard let port = Int(values.removeValue(forKey: "port") ?? "5432"), (1...65_535).contains(port) else {
            throw PostgresError(.usage, "the database URL must name one host, and one port from 1 to 65535")
        }
        self.init(
            host: values.removeValue(forKey: "host") ?? "localhost",
            port: port,
            database: values.removeValue(forKey: "dbname") ?? "",
            user: values.removeValue(forKey: "user") ?? "",
            password: values.removeValue(forKey: "password")
        )
        if let name = values.removeValue(forKey: "application_name") { applicationName = name }
        if let seconds = values.removeValue(forKey: "connect_timeout").flatMap({ Int($0) }), seconds > 0 {
            connectTimeout = .seconds(seconds)
        }
        libpqParameters = values
    }

    private static func parameters(of connectionString: String) throws(PostgresError) -> [String: String] {
        guard let options = PQconninfoParse(connectionString, nil) else {
            throw PostgresError(.usage, problem(in: connectionString))
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    /// Says what is wrong with a connection string that libpq refuses. libpq's own messages quote the string, and with
    /// it the password.
    private static func problem(in connectionString: String) -> String {
        let form = "write postgres://user:password@host:port/database"
        guard let end = connectionString.firstRange(of: "://")?.lowerBound else {
            return "the database URL cannot be read: \(form)"
        }
        let scheme = connectionString[..<end]
        let isURL = scheme == "postgres" || scheme == "postgresql"
        // Before "://" may stand a password too, where the string is no URL.
        let isShowable = scheme.count <= 20 && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        guard isURL else {
            let found = isShowable ? ", not \(scheme)://" : ""
            return "the database URL must begin with postgres://\(found): \(form)"
        }
        return "the database URL cannot be read: \(form), with %-escapes for special characters in user and password "
            + "(%40 for @, %2F for /, %25 for %)"
    }
}
