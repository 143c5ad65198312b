/// The cookie of a staff session (RFC 6265).
package enum SessionCookie: Sendable, CaseIterable {
    /// `__Host-waybill`, which a browser takes from this very host alone, over TLS, for all paths.
    case hostOnly
    /// `waybill`, without `Secure`: for clear text on loopback, where some browsers refuse secure cookies.
    case loopback

    package var name: String {
        switch self {
        case .hostOnly: "__Host-waybill"
        case .loopback: "waybill"
        }
    }

    /// The value of `Set-Cookie` that begins a session.
    ///
    /// - Parameter seconds: the seconds until the session ends.
    package func setting(_ secret: SessionSecret, for seconds: Int) -> String {
        field(value: secret.text, maximumAge: seconds)
    }

    /// The value of `Set-Cookie` that removes the cookie.
    package var removal: String { field(value: "", maximumAge: 0) }

    private func field(value: String, maximumAge: Int) -> String {
        "\(name)=\(value); Path=/; Max-Age=\(maximumAge); HttpOnly; SameSite=Strict\(self == .hostOnly ? "; Secure" : "")"
    }

    /// The session that a request's `Cookie` fields name; nil without one. A cookie that is there twice counts as none:
    /// one of both is somebody else's.
    package func secret(in fields: [String]) -> SessionSecret? {
        let values = fields.flatMap { $0.split(separator: ";") }.compactMap { pair -> Substring? in
            let pair = pair.drop { $0 == " " || $0 == "\t" }
            guard pair.hasPrefix("\(name)=") else { return nil }
            return pair.dropFirst(name.count + 1)
        }
        guard values.count == 1 else { return nil }
        return SessionSecret(values[0].prefix { $0 != " " })
    }
}
