import Access
import HTTPTypes
import Hummingbird
import Orders

/// Authorizes requests: checks the token, the role and the rate.
struct Authorizer: Sendable {
    let verifier: TokenVerifier
    let limiter: RateLimiter
    let clock: WallClock

    /// The caller, if its role may use the route at all. The route then narrows the data to the caller's scope.
    ///
    /// - Throws: `Problem` 401, 403 or 429.
    func authorize(_ request: Request, in context: WaybillContext, to permission: Permission) async throws -> Caller {
        try await authorize(request.headers, from: context.clientAddress, to: permission)
    }

    /// The same, given the request's header fields and the peer's address.
    func authorize(_ headers: HTTPFields, from address: String, to permission: Permission) async throws -> Caller {
        let principal: Principal
        do throws(AccessError) {
            let token = try Bearer.token(in: headers[values: .authorization])
            principal = try await verifier.verify(token, now: clock.seconds())
        } catch {
            // Callers without a valid token are limited by address, so that guessing tokens is slow.
            try limit(.client(address: address))
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
        return Caller(principal: principal)
    }

    private func limit(_ key: RateKey) throws {
        if case .retryAfter(let retryAfter) = limiter.take(key) {
            throw Problem.busy(.tooManyRequests, retryAfter: retryAfter, "This caller sends too many requests.")
        }
    }
}
