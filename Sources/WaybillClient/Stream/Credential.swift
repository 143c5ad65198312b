/// The token that a stream goes by: asked for once, and again when the service says that it has had its time.
struct Credential: Sendable {
    private var token: String?
    private var wasAccepted = false

    /// - Throws: what the provider throws.
    mutating func current(from provider: WaybillClient.TokenProvider?) async throws -> String? {
        guard let provider else { return nil }
        if let token { return token }
        let fresh = try await provider()
        token = fresh
        return fresh
    }

    /// The service took it.
    mutating func accepted() { wasAccepted = true }

    /// The next connection asks for another.
    mutating func expire() {
        token = nil
        wasAccepted = false
    }

    /// The service refused it.
    ///
    /// - Returns: whether another is worth trying: one that was good once may have expired while the service was away.
    mutating func renew() -> Bool {
        guard token != nil, wasAccepted else { return false }
        expire()
        return true
    }
}
