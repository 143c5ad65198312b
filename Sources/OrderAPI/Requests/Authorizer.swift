package import Access
package import HTTPTypes
package import Hummingbird
import Orders

/// Authorizes requests: checks the token, the role and the rate.
package struct Authorizer: Sendable {
    let verifier: TokenVerifier
    /// The buckets of network addresses, for callers without a valid token.
    let addresses: RateLimiter
    /// The buckets of customers and tracking links.
    let callers: RateLimiter
    /// Holds back refusals of callers that do not heed the earlier ones.
    let refusals: DelayedRefusals
    /// Tells a client behind a trusted proxy from the proxy.
    let clients: ClientResolver
    let metrics: AccessMetrics?
    let sessions: Sessions
    let clock: WallClock

    /// The caller, if its role may use the route at all. The route then narrows the data to the caller's scope.
    ///
    /// - Throws: `Problem` 401, 403, 429 or, while the service has no keys or may lack the token's, 503.
    package func authorize(_ request: Request, in context: WaybillContext, to permission: Permission) async throws
        -> Caller
    {
        try await authorize(request.head, from: context.clientAddress, to: permission)
    }

    /// The same, given the request's head and the peer's address.
    package func authorize(_ head: HTTPRequest, from peer: String, to permission: Permission) async throws -> Caller {
        if let caller = knownCaller(head, to: permission) { return caller }
        let session = try await sessions.open(head, from: peer)
        // Most requests have a token that is known, and need no address.
        let principal = try await principal(of: head, or: session) { address(of: head, peer: peer) }
        switch permission.verdict(for: principal.role) {
        case .allowed, .own: break
        case .forbidden:
            metrics?.refused(.forbidden)
            throw Problem(forbidden: permission, to: principal.role)
        case .tokenNeeded: throw refusal(.missingToken)
        }
        if principal.role == .customer, case .names(let shops) = principal.shops, let shop = shops.first {
            try await limit(.subject(shop: shop, subject: principal.subject))
        }
        return Caller(principal: principal, session: session?.hash)
    }

    /// The caller of a request whose bearer token was verified before, if its role may use the route at all. Most
    /// requests are such ones. Waits for nothing.
    ///
    /// - Returns: nil where `authorize` has to look something up, to count the request, or to refuse it.
    func knownCaller(_ head: HTTPRequest, to permission: Permission) -> Caller? {
        guard let token = bearerToken(of: head), let principal = verifier.known(token, now: clock.seconds()),
            principal.role != .customer, permission.verdict(for: principal.role) == .allowed
        else { return nil }
        return Caller(principal: principal)
    }

    /// The bearer token of a request that was authorized by it.
    func bearerToken(of head: HTTPRequest) -> String? {
        try? Bearer.token(in: head.headerFields[values: .authorization])
    }

    /// The key of the client's address.
    func address(of head: HTTPRequest, peer: String) -> RateKey {
        .client(address: clients.client(of: head.headerFields, peer: peer).address)
    }

    /// Takes one request from the bucket of a customer or of a tracking link.
    /// - Throws: `Problem` 429.
    func limit(_ key: RateKey) async throws {
        guard case .retryAfter(let seconds) = callers.take(key) else { return }
        throw await busy(.callerLimit, key, retryAfter: seconds)
    }

    /// Takes one request from the bucket of an address, for a caller that is not who it must be.
    /// - Throws: `Problem` 429.
    func limit(address key: RateKey) async throws {
        guard case .retryAfter(let seconds) = addresses.take(key) else { return }
        throw await busy(.addressLimit, key, retryAfter: seconds)
    }

    /// Verifies the token of the request or of its session. Callers without a valid one are limited by address, before
    /// the service has paid for a signature: so a flood of bad tokens costs the others little, and guessing is slow.
    private func principal(
        of head: HTTPRequest,
        or session: Sessions.Open?,
        from address: () -> RateKey
    ) async throws -> Principal {
        var cost = 1
        do throws(AccessError) {
            let token =
                if let session { session.token } else {
                    try Bearer.token(in: head.headerFields[values: .authorization])
                }
            let now = clock.seconds()
            switch try await verifier.examine(token, now: now) {
            case .verified(let principal): return principal
            case .pending(let pending):
                cost = pending.cost
                if case .allowed = addresses.peek(address()) { return try await verifier.verify(pending, now: now) }
            }
        } catch .expiredToken {
            // Told whatever the bucket holds: a client that is told to wait would wait with a token that is of no use.
            let client = address()
            if addresses.take(client) != .allowed { await refusals.delay(client) }
            throw refusal(.expiredToken)
        } catch .noKeys {
            metrics?.refused(.token(.noKeys))
            throw Problem.busy(.noKeys, retryAfter: 2, AccessError.noKeys.detail)
        } catch .keyNotFetched(let seconds) {
            // The token may be good; whoever sends many that are not is limited as for all other bad ones.
            let client = address()
            if case .retryAfter(let seconds) = addresses.take(client, cost: cost) {
                throw await busy(.addressLimit, client, retryAfter: seconds)
            }
            let error = AccessError.keyNotFetched(retryAfter: seconds)
            metrics?.refused(.token(error))
            throw Problem.busy(.keyNotFetched, retryAfter: seconds, error.detail)
        } catch {
            let client = address()
            if case .retryAfter(let seconds) = addresses.take(client, cost: cost) {
                throw await busy(.addressLimit, client, retryAfter: seconds)
            }
            throw refusal(error)
        }
        let client = address()
        var wait = 1
        if case .retryAfter(let seconds) = addresses.peek(client) { wait = seconds }
        throw await busy(.addressLimit, client, retryAfter: wait)
    }

    private func refusal(_ error: AccessError) -> Problem {
        metrics?.refused(.token(error))
        return Problem(error)
    }

    /// The refusal of a caller that sends too many requests, once it has waited for the refusal.
    private func busy(_ reason: AccessMetrics.Reason, _ key: RateKey, retryAfter: Int) async -> Problem {
        metrics?.refused(reason)
        await refusals.delay(key)
        return Problem.busy(.tooManyRequests, retryAfter: retryAfter, "This caller sends too many requests.")
    }
}
