import Glibc

/// The system's lookup of host names, which blocks.
enum NameLookup {
    /// The numeric addresses of a name, in the system's order of preference.
    ///
    /// - Throws: `connect`.
    static func addresses(of name: String) throws(PostgresError) -> [String] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(name, nil, &hints, &found)
        defer { if let found { freeaddrinfo(found) } }
        guard status == 0 else { throw failure(of: name, String(cString: gai_strerror(status))) }
        var addresses: [String] = []
        var entry = found
        while let current = entry {
            if let text = numericText(of: current.pointee), !addresses.contains(text) { addresses.append(text) }
            entry = current.pointee.ai_next
        }
        guard !addresses.isEmpty else { throw failure(of: name, "it has no address") }
        return addresses
    }

    /// True for an address, which needs no lookup.
    static func isNumeric(_ name: String) -> Bool {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST
        var found: UnsafeMutablePointer<addrinfo>?
        defer { if let found { freeaddrinfo(found) } }
        return getaddrinfo(name, nil, &hints, &found) == 0
    }

    /// The error of a lookup, in libpq's words.
    static func failure(of name: String, _ reason: String) -> PostgresError {
        PostgresError(.connect, "could not translate host name \"\(name)\" to address: \(reason)")
    }

    private static func numericText(of entry: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = getnameinfo(
            entry.ai_addr,
            entry.ai_addrlen,
            &text,
            socklen_t(text.count),
            nil,
            0,
            NI_NUMERICHOST
        )
        return status == 0
            ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
