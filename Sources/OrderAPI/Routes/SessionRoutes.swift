import Access
import Crypto
import HTTPTypes
import Hummingbird
import OrderLog
import Orders
import StrictJSON

/// `POST /session` and `DELETE /session`: exchange a bearer token of staff or of an operator for a cookie, so that
/// pages need no script that keeps a token, and EventSource works. `GET /session` tells a page who is signed in.
struct SessionRoutes: Sendable {
    let authorizer: Authorizer
    let sessions: Sessions
    let watch: GrantWatch
    let clock: WallClock

    func add(to router: Router<WaybillContext>) {
        router.post("/session") { request, context in try await begin(request, context) }
        router.get("/session") { request, context in try await tell(request, context) }
        router.delete("/session") { request, context in try await end(request, context) }
    }

    private func begin(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await authorizer.authorize(request, in: context, to: .session)
        _ = try QueryReader(request, parameters: [])
        // A session is no token: it cannot be exchanged for another one, and so never outlives its token.
        guard caller.session == nil, let token = authorizer.bearerToken(of: request.head) else {
            throw Problem(AccessError.missingToken)
        }
        let own = sessions.own(request.head, from: context.clientAddress)
        guard !FetchMetadata(request.head).isForeign(own) else { throw Problem.crossSite }
        let secret = SessionSecret.make()
        try await sessions.store.begin(
            secret.hash,
            of: Self.owner(caller),
            sealedToken: try secret.seal(token),
            expiresAt: caller.principal.acceptedUntil
        )
        try await endSession(of: request, context)
        let seconds = max(1, Int(caller.principal.acceptedUntil - clock.seconds()))
        let cookie = sessions.cookie(for: request.head, from: context.clientAddress)
        return Self.response(cookie.setting(secret, for: seconds))
    }

    private func tell(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let principal = try await authorizer.authorize(request, in: context, to: .session).principal
        _ = try QueryReader(request, parameters: [])
        let role = principal.role == .operator ? SessionRole.operator : .staff
        let shops =
            switch principal.shops {
            case .all: ["*"]
            case .names(let names): names.sorted()
            }
        let body = JSONWriter.object { writer in
            writer.field("role", role.rawValue)
            writer.field("subject", principal.subject)
            writer.array("shops", shops) { $0.string($1) }
            writer.field("expiresAt", Timestamp(unixMicroseconds: Int64(principal.acceptedUntil * 1e6)).rfc3339)
        }
        return .json(body, headers: [.vary: "Authorization, Cookie, Sec-Fetch-Site"])
    }

    private func end(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let cookie = sessions.cookie(for: request.head, from: context.clientAddress)
        do {
            _ = try await authorizer.authorize(request, in: context, to: .session)
            _ = try QueryReader(request, parameters: [])
        } catch var problem as Problem where problem.status == .unauthorized {
            // The cookie of a session that has ended by itself goes too.
            if sessions.secret(of: request.head, from: context.clientAddress) != nil {
                problem.headers[.setCookie] = cookie.removal
            }
            throw problem
        }
        try await endSession(of: request, context)
        return Self.response(cookie.removal)
    }

    /// Ends the session that the request's cookie names, and its streams.
    private func endSession(of request: Request, _ context: WaybillContext) async throws {
        guard let old = sessions.secret(of: request.head, from: context.clientAddress)?.hash else { return }
        try await sessions.store.end(old)
        watch.withdraw([.session(old)])
    }

    /// The person of a session, as the store counts sessions. Shops and issuers give the same subject to other people,
    /// whose sessions are not to make room for this person's; their hash fits an index however many shops there are.
    static func owner(_ caller: Caller) -> String {
        let holder = caller.holder
        let digest = SHA256.hash(data: Array("\(holder.shops)\n\(holder.caller)".utf8))
        return "\(caller.actor)\t\(Base64URL.encode(Array(digest)))"
    }

    private static func response(_ setCookie: String) -> Response {
        Response(status: .noContent, headers: [.setCookie: setCookie, .cacheControl: "no-store"])
    }
}
