import CLibPQ

/// Reads connection strings by libpq's own rules.
enum ConnectionString {
    /// The parameters that the string itself names.
    static func parameters(of text: String) throws(PostgresError) -> [String: String] {
        var words: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(words) }
        guard let options = PQconninfoParse(text, &words) else {
            let refusal = words.map { String(cString: $0) } ?? ""
            throw PostgresError(.usage, UnknownParameter(refusal, of: text)?.message ?? problem(in: text))
        }
        defer { PQconninfoFree(options) }
        return values(of: options)
    }

    /// The parameters of the string, with those of the service file, the environment and libpq's defaults.
    ///
    /// libpq tells them of a connection alone. This one is never made: it asks for a channel binding that does not
    /// exist, which libpq refuses before it looks for a host.
    static func effectiveParameters(of text: String) throws(PostgresError) -> [String: String] {
        let names = ["dbname", "channel_binding"]
        let connection = withCStrings(names) { names in
            withCStrings([text, "never made"]) { PQconnectStartParams(names, $0, 1) }
        }
        guard let connection else { throw PostgresError(.connect, "out of memory") }
        defer { PQfinish(connection) }
        let refusal = PQerrorMessage(connection).map { String(cString: $0) } ?? ""
        // Any other refusal comes first, such as that of a service that the file does not have.
        guard refusal.contains("channel_binding"), let options = PQconninfo(connection) else {
            throw PostgresError(
                .usage,
                "the database URL cannot be used: \(refusal.split(separator: "\n").first ?? "")"
            )
        }
        defer { PQconninfoFree(options) }
        return values(of: options)
    }

    private static func values(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    /// The hosts of comma lists, of which libpq has checked the lengths.
    ///
    /// - Parameters:
    ///   - addresses: numeric ones, to spare a lookup; as many as names where both are given.
    ///   - ports: one for all hosts, or one for each.
    static func hosts(names: String?, addresses: String?, ports: String?) throws(PostgresError) -> [PostgresHost] {
        let names = list(names)
        let addresses = list(addresses)
        let ports = try list(ports).map { (text) throws(PostgresError) in
            guard let port = Int(text.isEmpty ? "5432" : text), (1...65_535).contains(port) else {
                throw PostgresError(.usage, "the database URL must name ports from 1 to 65535")
            }
            return port
        }
        return (0..<max(names.count, addresses.count, 1)).map { index in
            let address = addresses.indices.contains(index) ? addresses[index] : ""
            let name = names.indices.contains(index) ? names[index] : ""
            return PostgresHost(
                name: name.isEmpty && address.isEmpty ? "localhost" : name,
                address: address.isEmpty ? nil : address,
                port: ports.indices.contains(index) ? ports[index] : ports.first ?? 5432
            )
        }
    }

    private static func list(_ text: String?) -> [String] {
        guard let text, !text.isEmpty else { return [] }
        return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// The time for connecting to one address.
    ///
    /// - Parameters:
    ///   - text: `connect_timeout`. Its 0 means no limit to libpq, and ours here: nothing waits for ever.
    ///   - hosts: their count. Without `connect_timeout` several share the usual time, since a host that is gone must
    ///     not keep the service from the next one for long.
    static func connectTimeout(_ text: String?, hosts: Int) throws(PostgresError) -> Duration {
        let usual = Duration.seconds(max(3, 10 / max(hosts, 1)))
        guard let text, !text.isEmpty else { return usual }
        guard let seconds = Int(text) else {
            throw PostgresError(.usage, "connect_timeout of the database URL must be a whole number of seconds")
        }
        return seconds > 0 ? .seconds(seconds) : usual
    }

    /// Says what is wrong with a connection string that libpq refuses. libpq's own messages quote the string, and with
    /// it the password.
    private static func problem(in text: String) -> String {
        let form = "write postgres://user:password@host:port/database"
        guard let end = text.firstRange(of: "://")?.lowerBound else {
            return "the database URL cannot be read: \(form)"
        }
        let scheme = text[..<end]
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
