import Foundation

extension RedisConfiguration {
    /// The reason for which a text is no URL of Redis. Never repeats the text, which may hold a password.
    package struct URLError: Error, Hashable, CustomStringConvertible {
        package let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    /// Reads a URL: `redis[s]://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]…][/DB][?ca=FILE&cert=FILE&key=FILE]`.
    ///
    /// User, password, hosts and files may be percent-encoded; IPv6 addresses stand in brackets. The number of a
    /// database is left aside, since channels belong to none. `ca`, `cert` and `key` are for `rediss` alone, which is
    /// TLS.
    package init(url: String) throws(URLError) {
        guard let scheme = url.range(of: "://").map({ url[..<$0.lowerBound].lowercased() }),
            scheme == "redis" || scheme == "rediss"
        else { throw URLError("it must begin with redis:// or rediss://") }
        var rest = url[url.index(url.startIndex, offsetBy: scheme.count + 3)...]
        if rest.contains("#") { throw URLError("it has a fragment; write # as %23") }
        let query = Self.cut(&rest, at: "?")
        if let database = Self.cut(&rest, at: "/"), !database.isEmpty, UInt16(database) == nil {
            throw URLError("after the / of its hosts comes the number of a database, or nothing")
        }
        var (user, password): (String?, String?)
        if let at = rest.lastIndex(of: "@") {
            var login = rest[..<at]
            rest = rest[rest.index(after: at)...]
            password = try Self.cut(&login, at: ":").map { text throws(URLError) in
                try Self.decode(text, "the password")
            }
            user = try Self.decode(login, "the user")
        }
        let hosts = try rest.split(separator: ",", omittingEmptySubsequences: false).map { host throws(URLError) in
            try Self.host(host)
        }
        if user?.isEmpty == true { user = nil }
        if password?.isEmpty == true { password = nil }
        guard user == nil || password != nil else { throw URLError("it has a user and no password") }
        self.init(hosts: hosts, user: user, password: password, tls: scheme == "rediss" ? TLS() : nil)
        try take(options: query ?? "")
    }

    private mutating func take(options: Substring) throws(URLError) {
        for option in options.split(separator: "&") {
            var name = option
            let value = try Self.cut(&name, at: "=").map { text throws(URLError) in
                try Self.decode(text, "the value of an option")
            }
            // The name may be a part of a password that holds a question mark.
            guard let file = value, !file.isEmpty else { throw URLError("an option has no value") }
            guard tls != nil else { throw URLError("options are for rediss:// alone") }
            switch name {
            case "ca": tls?.authorities = file
            case "cert": tls?.certificate = file
            case "key": tls?.key = file
            default: throw URLError("it has an unknown option; there are ca, cert and key")
            }
        }
        guard (tls?.certificate == nil) == (tls?.key == nil) else {
            throw URLError("the options cert and key are given together")
        }
    }

    /// Cuts a text before the first separator.
    ///
    /// - Returns: what comes after the separator; nil where there is none.
    private static func cut(_ text: inout Substring, at separator: Character) -> Substring? {
        guard let index = text.firstIndex(of: separator) else { return nil }
        defer { text = text[..<index] }
        return text[text.index(after: index)...]
    }

    private static func host(_ text: Substring) throws(URLError) -> RedisHost {
        var (name, port) = (text, Substring?.none)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw URLError("a [ has no ]") }
            name = text[text.index(after: text.startIndex)..<end]
            let after = text[text.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw URLError("after ] comes a port, or nothing") }
            port = after.isEmpty ? nil : after.dropFirst()
        } else {
            port = cut(&name, at: ":")
            guard port?.contains(":") != true else { throw URLError("an IPv6 address stands in brackets") }
        }
        let decoded = try decode(name, "a host")
        guard !decoded.isEmpty else { throw URLError("a host is missing") }
        guard let port else { return RedisHost(decoded) }
        guard let number = UInt16(port), number > 0 else { throw URLError("a port is a number from 1 to 65535") }
        return RedisHost(decoded, port: Int(number))
    }

    private static func decode(_ text: Substring, _ subject: String) throws(URLError) -> String {
        guard let decoded = String(text).removingPercentEncoding,
            !decoded.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { throw URLError("\(subject) is not percent-encoded rightly") }
        return decoded
    }
}
