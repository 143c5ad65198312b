import Access
package import EventStreams
import Foundation
package import HTTPTypes
import Logging
import OrderLog
import Orders
import Postgres

/// Decides whether a request may open a stream, and which.
///
/// Authentication and look-ups come before the response, since after its head there are only frames. Any status other
/// than 200 makes a browser's EventSource give up for good, so a condition that passes by itself is reported in frames.
package struct StreamAuthorizer: SubscriptionAuthorizer {
    let authorizer: Authorizer
    let links: LinkOpener
    let grants: StreamGrants
    let reader: LogReader
    let tail: LogTail
    let hub: StreamHub
    let positions: PositionReader
    let positionEncoder: PositionEncoder
    let clock: WallClock
    let logger: Logger

    /// A request whose caller may open streams of the kind.
    private struct AuthorizedRequest {
        let audience: Audience
        let role: CallerRole
        /// The seconds until the stream ends because its token or link does.
        let remainingSeconds: Double
        /// The rights that the stream needs as long as it is open.
        let grants: [StreamGrant]
        let query: QueryReader
        let headers: HTTPFields
    }

    /// The refusal of a stream that the service is too busy to serve now.
    private struct OverloadRefusal: Error {
        let reason: StreamMetrics.Refusal
        let isPlain: Bool
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

    package func refusal(for error: any Error, on path: String) -> SubscriptionRefusal {
        let problem = Problem(error, on: path, logger: logger)
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
        } catch let refusal as OverloadRefusal {
            hub.metrics?.refused(refusal.reason)
            return .endsAtOnce(ControlFrame.bye(.overload, retry: Int.random(in: 2000...5000), plain: refusal.isPlain))
        }
    }

    // MARK: Kinds of streams

    private func openOrder(_ id: Substring, _ request: HTTPRequest, from address: String) async throws
        -> SubscriptionDecision
    {
        let (caller, request) = try await authorize(
            request,
            from: address,
            to: .readOrders,
            parameters: Self.orderParameters
        )
        guard let orderId = UUID(text: String(id)) else { throw Problem.notFound }
        return try await openOrder(orderId, scope: caller.scope, for: request)
    }

    /// Opens the stream of a link's order, for the audience of its customer.
    private func openLink(_ token: Substring, _ request: HTTPRequest, from address: String) async throws
        -> SubscriptionDecision
    {
        guard !FetchMetadata(request).isCrossSite else { throw Problem.crossSite }
        return try await refusingInFrames(request, parameters: Self.orderParameters) { query in
            let link = try await links.open(token, request, from: address)
            let authorized = AuthorizedRequest(
                audience: .customer,
                role: .customer,
                remainingSeconds: link.remainingSeconds,
                grants: [grants.grant(for: .link(link.linkId))],
                query: try query(),
                headers: request.headerFields
            )
            return try await openOrder(link.orderId, scope: link.scope, for: authorized)
        }
    }

    /// The parameters of the streams of one order.
    private static let orderParameters: Set = ["after", "plain"]

    private func openOrder(_ orderId: UUID, scope: ReadScope, for request: AuthorizedRequest) async throws
        -> SubscriptionDecision
    {
        let isPlain = try request.query.flag("plain")
        return try await open(StreamFilter(orderId: orderId, scope: scope), for: request) { source, after in
            guard after == nil else {
                guard try await reader.orderExists(orderId, scope: scope) else { throw Problem.notFound }
                return nil
            }
            // One read finds out whether the order exists and makes the snapshot.
            let forks = hub.forkCount
            let preamble = try await source.preamble(resetting: nil, plain: isPlain)
            guard preamble.cursor != nil else { throw Problem.notFound }
            return .prepared(preamble, knownForks: forks)
        }
    }

    private func openCustomer(_ reference: Substring, _ request: HTTPRequest, from address: String) async throws
        -> SubscriptionDecision
    {
        let parameters: Set = ["after", "plain", "shop"]
        let (caller, request) = try await authorize(request, from: address, to: .customerStream, parameters: parameters)
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
        guard ShopScope.isShopName(shop), principal.maySee(shop: shop, customer: reference) else {
            throw Problem.notFound
        }
        return CustomerKey(shop: shop, customer: reference)
    }

    private func openFeed(_ request: HTTPRequest, from address: String) async throws -> SubscriptionDecision {
        let parameters: Set = ["after", "plain", "shop", "status", "type", "attention", "conflate"]
        let (caller, request) = try await authorize(request, from: address, to: .shopFeeds, parameters: parameters)
        let query = request.query
        var filter = StreamFilter(scope: try caller.scope(narrowedTo: query.list("shop")))
        filter.statuses = try query.words("status", of: OrderStatus.self)
        filter.types = try query.words("type", of: EventType.self)
        filter.attentionOnly = try query.flag("attention")
        let tick = try query.number("conflate", in: 50...60_000, default: 0)
        filter.tick = tick == 0 ? nil : .milliseconds(tick)
        return try await open(filter, for: request) { _, after in
            after == nil && tail.isHealthy ? hub.freshResumePoint(for: caller.audience) : nil
        }
    }

    // MARK: Steps

    private func authorize(
        _ request: HTTPRequest,
        from address: String,
        to permission: Permission,
        parameters: Set<String>
    ) async throws -> (caller: Caller, request: AuthorizedRequest) {
        try await refusingInFrames(request, parameters: parameters) { query in
            let caller = try await authorizer.authorize(request, from: address, to: permission)
            let authorized = AuthorizedRequest(
                audience: caller.audience,
                role: caller.commandRole,
                remainingSeconds: caller.principal.acceptedUntil - clock.seconds() - 2,
                grants: caller.session.map { [grants.grant(for: .session($0))] } ?? [],
                query: try query(),
                headers: request.headerFields
            )
            return (caller, authorized)
        }
    }

    /// Runs the check of a request. Turns the refusals that pass by themselves into frames.
    ///
    /// - Parameter body: reads the query once the caller is known.
    private func refusingInFrames<R>(
        _ request: HTTPRequest,
        parameters: Set<String>,
        _ body: (_ query: () throws -> QueryReader) async throws -> R
    ) async throws -> R {
        let path = request.path ?? ""
        let text = path.firstIndex(of: "?").map { path[path.index(after: $0)...].prefix { $0 != "#" } }
        let query = { try QueryReader(text, parameters: parameters) }
        do {
            return try await body(query)
        } catch let problem as Problem where [.tooManyRequests, .noKeys].contains(problem.code) {
            let isPlain = try query().flag("plain")
            throw OverloadRefusal(reason: problem.code == .noKeys ? .noKeys : .rate, isPlain: isPlain)
        } catch let error as PostgresError {
            throw databaseRefusal(error, isPlain: try query().flag("plain"))
        }
    }

    private func databaseRefusal(_ error: PostgresError, isPlain: Bool) -> OverloadRefusal {
        logger.warning(
            "the look-up for a stream failed; its client is told to come back",
            metadata: ["error": "\(error)"]
        )
        return OverloadRefusal(reason: .database, isPlain: isPlain)
    }

    private func open(
        _ filter: StreamFilter,
        for request: AuthorizedRequest,
        lookUp: LookUp = { _, _ in nil }
    ) async throws -> SubscriptionDecision {
        let isPlain = try request.query.flag("plain")
        let after = try Self.resumePosition(of: request)
        let view = StreamView(filter: filter, audience: request.audience, role: request.role, plain: isPlain)
        let source = StreamSource(reader: reader, view: view, positionEncoder: positionEncoder)
        let prepared: ResumePoint?
        do {
            prepared = try await lookUp(source, after)
        } catch let error as PostgresError {
            throw databaseRefusal(error, isPlain: isPlain)
        }
        let expiry = StreamExpiry(
            tokenEnds: .now + .seconds(request.remainingSeconds),
            now: .now,
            maximumAge: hub.settings.maximumAge,
            jitter: Double.random(in: 0..<1)
        )
        return .opens(
            AuthorizedSubscription(
                opening: SubscriptionOpening(
                    hub: hub,
                    source: source,
                    view: view,
                    expiry: expiry,
                    grants: request.grants,
                    logger: logger
                ),
                view: view
            ) {
                if let prepared { return prepared }
                return try await resumePoint(after: after, for: request.audience)
            }
        )
    }

    /// The position to resume after, as the client sent it: `Last-Event-ID`, else `after`. An empty one counts as
    /// absent.
    private static func resumePosition(of request: AuthorizedRequest) throws -> String? {
        let header = request.headers[.lastEventId].flatMap { $0.isEmpty ? nil : $0 }
        return try header ?? request.query.position("after")
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
