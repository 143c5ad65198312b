/// The token of a stream: requested once from the provider, and again when the service says that it has expired.
struct Credential: Sendable {
    private var token: String?
    private var wasAccepted = false

    /// Returns the token for the next connection; nil where there is no provider.
    ///
    /// - Throws: the provider's error.
    mutating func current(from provider: WaybillClient.TokenProvider?) async throws -> String? {
        guard let provider else { return nil }
        if let token { return token }
        let fresh = try await provider()
        token = fresh
        return fresh
    }

    /// Records that the service has accepted the token.
    mutating func markAccepted() { wasAccepted = true }

    /// Discards the token, so that the next connection requests another.
    mutating func expire() {
        token = nil
        wasAccepted = false
    }

    /// Discards a token that the service has refused, where another one may help.
    ///
    /// - Returns: true where the token was accepted before: it may have expired while the service was away. False for
    ///   one that never was accepted.
    mutating func expireIfAcceptedBefore() -> Bool {
        guard token != nil, wasAccepted else { return false }
        expire()
        return true
    }
}
