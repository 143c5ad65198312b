import Access
package import EventStreams
import Foundation
import HTTPTransport
package import HTTPTypes
import Logging
import OrderLog
import Orders
import Postgres
import Primitives

/// Decides whether a request may open a stream, and which.
///
/// Authentication and look-ups come before the response, since after its head there are only frames. Any status other
/// than 200 makes a browser's EventSource give up for good, so a condition that passes by itself is reported in frames.
package struct StreamAuthorizer: SubscriptionAuthorizer {
    let authorizer: Authorizer
    let links: LinkOpener
    let grants: StreamGrants
    let reader: LogReader
    let tail: any TailState
    let hub: StreamHub
    let positions: PositionReader
    let positionEncoder: PositionEncoder
    let refusals: StreamRefusals
    let keyGrants: SigningKeyGrants
    let clock: WallClock
    let logger: Logger

    /// A request whose caller may open streams of the kind.
    private struct AuthorizedRequest {
        let audience: Audience
        let role: CallerRole
        /// The caller whose open streams are counted; nil where none are.
        let streamCaller: StreamCaller?
        /// The seconds until the stream ends because its token or link does.
        let remainingSeconds: Double
        /// The rights that the stream needs as long as it is open.
        let grants: [StreamGrant]
        let query: QueryReader
        let options: StreamOptions
        let requestId: String?
    }

    /// Checks that there is something to follow. May return the start of the stream where the check has read it
    /// already.
    ///
    /// - Parameter after: the position to resume after, as the client sent it; nil for a new stream.
    private typealias LookUp = (_ source: StreamSource, _ after: String?) async throws -> ResumePoint?

    package func authorization(of request: HTTPRequest) -> Authorization? {
        guard let target = StreamTarget(request) else { return nil }
        return { address in try await decide(on: target, request, from: address) }
    }

    package func hasShortPreamble(_ request: HTTPRequest) -> Bool {
        if case .customer = StreamTarget(request) { false } else { true }
    }

    package func refusal(for error: any Error, of request: HTTPRequest) -> SubscriptionRefusal {
        let problem = Problem(error, on: request.path ?? "", logger: logger(of: request))
        return SubscriptionRefusal(status: problem.status, fields: problem.fields, body: problem.json)
    }

    /// Decides on one request for a stream.
    ///
    /// - Parameter address: the peer's address, without a port.
    /// - Throws: `Problem` for a request that is answered by another status than 200.
    func decide(on target: StreamTarget, _ request: HTTPRequest, from address: String) async throws
        -> SubscriptionDecision
    {
        do {
            switch target {
            case .order(let id): return try await openOrder(id, request, from: address)
            case .customer(let reference): return try await openCustomer(reference, request, from: address)
            case .feed: return try await openFeed(request, from: address)
            case .link(let token): return try await openLink(token, request, from: address)
            }
        } catch let refusal as StreamRefusal {
            hub.metrics?.refused(refusal.reason)
            return .endsAtOnce(refusal.body)
        }
    }

    /// The logger whose lines name the request.
    private func logger(of request: HTTPRequest) -> Logger { logger.naming(request.headerFields) }

    // MARK: Kinds of streams

    private func openOrder(_ id: Substring, _ request: HTTPRequest, from address: String) async throws
        -> SubscriptionDecision
    {
        let (caller, request) = try await authorize(request, from: address, to: .readOrders, parameters: [])
        guard let orderId = UUID(text: String(id)) else { throw Problem.notFound }
        return try await openOrder(orderId, scope: caller.scope, for: request)
    }

    /// Opens the stream of a link's order, for the audience of its customer.
    private func openLink(_ token: Substring, _ request: HTTPRequest, from address: String) async throws
        -> SubscriptionDecision
    {
        try links.refuseOtherSites(request)
        let (link, authorized) = try await refusingInFrames(request, parameters: []) { query, options in
            let link = try await links.open(token, request, from: address)
            let authorized = AuthorizedRequest(
                audience: .customer,
                role: .customer,
                streamCaller: .link(link.linkId.text),
                remainingSeconds: link.remainingSeconds,
                grants: [grants.grant(for: .link(link.linkId))],
                query: try query(),
                options: try options(),
                requestId: request.headerFields[.assignedRequestId]
            )
            return (link, authorized)
        }
        return try await openOrder(link.orderId, scope: link.scope, for: authorized)
    }

    private func openOrder(_ orderId: UUID, scope: ReadScope, for request: AuthorizedRequest) async throws
        -> SubscriptionDecision
    {
        try await open(StreamFilter(orderId: orderId, scope: scope), for: request) { source, after in
            guard after == nil else {
                // After a restart thousands return at once: most orders are among the recent events.
                var exists = hub.knows(orderId, in: scope)
                if exists == nil { exists = try await reader.orderExists(orderId, scope: scope) }
                guard exists == true else { throw Problem.notFound }
                return nil
            }
            // One read finds out whether the order exists and makes the snapshot.
            let forks = hub.forkCount
            let preamble = try await source.preamble(resetting: nil)
            guard preamble.cursor != nil else { throw Problem.notFound }
            return .prepared(preamble, knownForks: forks)
        }
    }

    private func openCustomer(_ reference: Substring, _ request: HTTPRequest, from address: String) async throws
        -> SubscriptionDecision
    {
        let (caller, request) = try await authorize(
            request,
            from: address,
            to: .customerStream,
            parameters: ["shop"]
        )
        // There is no look-up: the stream of a customer without orders waits for the first.
        let customer = try Self.customer(reference, request.query, for: caller.principal)
        return try await open(StreamFilter(customer: customer), for: request)
    }

    /// The customer of the path, in the shop of the token, or in `shop` where the token spans several.
    private static func customer(
        _ text: Substring,
        _ query: QueryReader,
        for principal: Principal
    ) throws -> CustomerKey {
        // A reference that no order can have names no customer.
        guard let reference = PercentEncodedText.decode(text), !reference.isEmpty, reference.unicodeScalars.count <= 500
        else { throw Problem.notFound }
        let shop: String
        if let named = try query.text("shop") {
            shop = named
        } else if case .names(let names) = principal.shops, let only = names.first, names.count == 1 {
            shop = only
        } else {
            throw Problem(.invalidQuery, "The token spans several shops; name the customer's shop in “shop”.")
        }
        guard ShopScope.isShopName(shop) else { throw Problem.noShopName }
        guard principal.maySee(shop: shop, customer: reference) else { throw Problem.notFound }
        return CustomerKey(shop: shop, customer: reference)
    }

    private static let feedParameters: Set = ["shop", "status", "type", "attention", "conflate"]

    private func openFeed(_ request: HTTPRequest, from address: String) async throws -> SubscriptionDecision {
        let (caller, request) = try await authorize(
            request,
            from: address,
            to: .shopFeeds,
            parameters: Self.feedParameters
        )
        let query = request.query
        var filter = StreamFilter(scope: try caller.scope(narrowedTo: query.list("shop")))
        filter.statuses = try query.words("status", of: OrderStatus.self)
        filter.types = try query.words("type", of: EventType.self)
        filter.attentionOnly = try query.flag("attention")
        let tick = try query.number("conflate", in: 50...60_000, default: 0)
        filter.tick = tick == 0 ? nil : .milliseconds(tick)
        return try await open(filter, for: request) { source, after in
            after == nil && tail.isHealthy && hub.beginning != nil ? hub.freshResumePoint(for: source.view) : nil
        }
    }

    // MARK: Steps

    /// - Parameter parameters: those that the stream has beside `StreamOptions.parameters`.
    private func authorize(
        _ request: HTTPRequest,
        from address: String,
        to permission: Permission,
        parameters: Set<String>
    ) async throws -> (caller: Caller, request: AuthorizedRequest) {
        try await refusingInFrames(request, parameters: parameters) { query, options in
            let caller = try await authorizer.authorize(request, from: address, to: permission)
            let authorized = AuthorizedRequest(
                audience: caller.audience,
                role: caller.commandRole,
                streamCaller: caller.streamCaller,
                remainingSeconds: caller.principal.acceptedUntil - clock.seconds() - 2,
                grants: (caller.principal.signingKey.map { [keyGrants.grant(of: $0)] } ?? [])
                    + (caller.session.map { [grants.grant(for: .session($0))] } ?? []),
                query: try query(),
                options: try options(),
                requestId: request.headerFields[.assignedRequestId]
            )
            return (caller, authorized)
        }
    }

    /// Runs the check of a request's caller. Turns the refusals that pass by themselves into frames.
    ///
    /// - Parameters:
    ///   - parameters: those that the stream has beside `StreamOptions.parameters`.
    ///   - body: reads the query and the options once the caller is known.
    private func refusingInFrames<R>(
        _ request: HTTPRequest,
        parameters: Set<String>,
        _ body: (_ query: () throws -> QueryReader, _ options: () throws -> StreamOptions) async throws -> R
    ) async throws -> R {
        let path = request.path ?? ""
        let text = path.firstIndex(of: "?").map { path[path.index(after: $0)...].prefix { $0 != "#" } }
        let query = {
            // Most requests have no query.
            guard let text else { return try QueryReader(ofStream: nil, parameters: []) }
            return try QueryReader(ofStream: text, parameters: parameters.union(StreamOptions.parameters))
        }
        let options = { try StreamOptions(query(), request.headerFields) }
        do {
            return try await body(query, options)
        } catch let error as PostgresError {
            let options = try options()
            throw refusals.database(error, options, resumeId: refusals.resumeId(of: options), logger(of: request))
        } catch let problem as Problem {
            throw try refusals.passing(problem, options: options) ?? problem
        }
    }

    /// Opens a stream, or refuses it before anything is read.
    private func open(
        _ filter: StreamFilter,
        for request: AuthorizedRequest,
        lookUp: LookUp = { _, _ in nil }
    ) async throws -> SubscriptionDecision {
        let (audience, options) = (request.audience, request.options)
        var view = StreamView(filter: filter, audience: audience, role: request.role, plain: options.isPlain)
        view.hasBeats = options.hasBeats
        let source = StreamSource(reader: reader, view: view, positionEncoder: positionEncoder)
        let resumeId = options.after.flatMap { refusals.resumeId($0, for: audience) }
        let place = try reservePlace(for: request, resumeId: resumeId)
        let prepared: ResumePoint?
        do {
            prepared = try await lookUp(source, options.after)
        } catch let error as PostgresError {
            throw refusals.database(error, options, resumeId: resumeId, logger.naming(requestId: request.requestId))
        }
        var generator = QuickRandomNumberGenerator()
        let expiry = StreamExpiry(
            tokenEnds: .now + .seconds(request.remainingSeconds),
            now: .now,
            maximumAge: hub.settings.maximumAge,
            jitter: Double.random(in: 0..<1, using: &generator)
        )
        return .opens(
            AuthorizedSubscription(
                opening: SubscriptionOpening(
                    hub: hub,
                    source: source,
                    view: view,
                    place: place,
                    resumeId: resumeId,
                    expiry: expiry,
                    grants: request.grants,
                    logger: logger
                ),
                view: view
            ) {
                if let prepared { return prepared }
                return try await resumePoint(after: options.after, for: audience)
            }
        )
    }

    private func reservePlace(for request: AuthorizedRequest, resumeId: String?) throws -> StreamPlace {
        do throws(StreamHub.Refusal) {
            return try hub.admit(request.streamCaller, requestId: request.requestId)
        } catch {
            throw refusals.noPlace(error, request.options, resumeId: resumeId)
        }
    }

    private func resumePoint(after text: String?, for audience: Audience) async throws -> ResumePoint {
        guard let text else { return .unspecified }
        switch positions.parse(text, for: audience) {
        case nil: return .invalid(.malformed)
        case .beginning: return .after(seq: 0)
        case .at(let position):
            switch try await reader.check(position, seen: hub.end) {
            case .good(let seq): return .after(seq: seq)
            case .unknownEpoch: return .invalid(.unknownEpoch)
            case .ahead: return .invalid(.ahead)
            case .forked: return .invalid(.forked)
            }
        }
    }
}
