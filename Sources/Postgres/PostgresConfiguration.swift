import CLibPQ

/// Where the server is and how to enter.
package struct PostgresConfiguration: Sendable {
    /// A host name, an address, or the directory of a Unix socket (begins with `/`). Names are resolved on the I/O thread,
    /// which blocks it for that time; give an address where that matters.
    package var host: String
    package var port: Int
    package var database: String
    /// Empty: libpq's own default, the name of the operating system's user.
    package var user: String
    package var password: String?
    /// Shown in `pg_stat_activity`.
    package var applicationName = "swift-postgres"
    /// Settings of the session, sent with the first packet, such as `role` or `statement_timeout`.
    package var serverSettings: [String: String] = [:]
    /// How long opening a connection may take in all, authentication included.
    package var connectTimeout: Duration = .seconds(10)
    /// TCP keepalives: probe after 10 s of silence, give up within about 25 s. Off leaves it to the system.
    package var keepalives = true
    /// Further parameters for libpq as its manual lists them, such as `sslmode`.
    package var libpqParameters: [String: String] = [:]

    package init(host: String, port: Int = 5432, database: String, user: String, password: String? = nil) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
    }

    /// Reads a `postgres://` URL or a `key=value` string (libpq's "Connection Strings").
    /// - Throws: `usage` when libpq cannot read it, or it names several hosts.
    package init(connectionString: String) throws(PostgresError) {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(connectionString, &message) else {
            defer { PQfreemem(message) }
            let reason = message.map { String(cString: $0) } ?? "out of memory"
            throw PostgresError(.usage, "connection string: \(reason.trimmingNewlines)")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        guard let port = Int(values.removeValue(forKey: "port") ?? "5432"), (1...65_535).contains(port) else {
            throw PostgresError(.usage, "connection string: the port must be one number from 1 to 65535")
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

    /// Everything as libpq takes it, in a stable order.
    var libpqKeywords: [(String, String)] {
        var values = libpqParameters
        values["host"] = host
        values["port"] = String(port)
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
        let settings = serverSettings.sorted { $0.key < $1.key }.map { name, value in
            "-c \(name)=\(PostgresConfiguration.escape(value))"
        }
        let options = ([values["options"]].compactMap { $0 } + settings).joined(separator: " ")
        values["options"] = options.isEmpty ? nil : options
        return values.sorted { $0.key < $1.key }
    }

    /// In `options` a backslash keeps the next character from ending the word.
    private static func escape(_ value: String) -> String {
        var escaped = ""
        for character in value {
            if character == "\\" || character.isWhitespace { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }
}

extension String {
    /// libpq ends its messages with a line feed.
    var trimmingNewlines: String {
        var text = self[...]
        while let last = text.last, last.isNewline { text.removeLast() }
        return String(text)
    }
}
