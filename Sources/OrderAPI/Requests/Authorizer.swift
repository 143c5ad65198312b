import Access
import HTTPTypes
import Hummingbird
import Orders

/// Authorizes requests: checks the token, the role and the rate.
struct Authorizer: Sendable {
    let verifier: TokenVerifier
    let limiter: RateLimiter
    let sessions: Sessions
    let clock: WallClock

    /// The caller, if its role may use the route at all. The route then narrows the data to the caller's scope.
    ///
    /// - Throws: `Problem` 401, 403 or 429.
    func authorize(_ request: Request, in context: WaybillContext, to permission: Permission) async throws -> Caller {
        try await authorize(request.head, from: context.clientAddress, to: permission)
    }

    /// The same, given the request's head and the peer's address.
    func authorize(_ head: HTTPRequest, from peer: String, to permission: Permission) async throws -> Caller {
        let principal: Principal
        let session = try await sessions.open(head, from: peer)
        do throws(AccessError) {
            let token =
                if let session { session.token } else {
                    try Bearer.token(in: head.headerFields[values: .authorization])
                }
            principal = try await verifier.verify(token, now: clock.seconds())
        } catch {
            // Callers without a valid token are limited by address, so that guessing tokens is slow.
            try limit(address: address(of: head, peer: peer))
            throw Problem(error)
        }
        switch permission.verdict(for: principal.role) {
        case .allowed, .own: break
        case .forbidden: throw Problem.forbidden
        case .tokenNeeded: throw Problem(AccessError.missingToken)
        }
        if principal.role == .customer, case .names(let shops) = principal.shops, let shop = shops.first {
            try limit(.subject(shop: shop, subject: principal.subject))
        }
        return Caller(principal: principal, session: session?.hash)
    }

    /// The bearer token of a request that was authorized by it.
    func bearerToken(of head: HTTPRequest) -> String? {
        try? Bearer.token(in: head.headerFields[values: .authorization])
    }

    /// The key of a request's address.
    func address(of head: HTTPRequest, peer: String) -> RateKey { .client(address: peer) }

    /// Takes one request from the bucket of an address, for a caller that is not who it must be.
    /// - Throws: `Problem` 429.
    func limit(address key: RateKey) throws { try limit(key) }

    /// Takes one request from the bucket of a customer or of a tracking link.
    /// - Throws: `Problem` 429.
    func limit(_ key: RateKey) throws {
        if case .retryAfter(let retryAfter) = limiter.take(key) {
            throw Problem.busy(.tooManyRequests, retryAfter: retryAfter, "This caller sends too many requests.")
        }
    }
}
