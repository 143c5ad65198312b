import Access
package import EventStreams
import Foundation
package import HTTPTypes
import Logging
import OrderLog
import Orders
import Postgres

/// Decides which stream a request may open.
///
/// Authentication and look-ups come before the response: once its head is out, there are only frames. Any status other
/// than 200 makes a browser's EventSource give up for good, so a condition that passes by itself is told in frames.
package struct StreamAuthorizer: SubscriptionAuthorizer {
    let authorizer: Authorizer
    let reader: LogReader
    let tail: LogTail
    let hub: StreamHub
    let positions: PositionReader
    let text: PositionEncoder
    let clock: WallClock
    let logger: Logger

    private typealias LookUp = (StreamSource, _ after: String?) async throws -> ResumePoint?

    /// What a request brings along.
    private struct Asked {
        let caller: Caller
        let query: QueryReader
        let headers: HTTPFields
    }

    package func authorization(of request: HTTPRequest) -> Authorization? {
        guard let target = StreamTarget(request) else { return nil }
        return { address in try await open(target, request, from: address) }
    }

    package func refusal(for error: any Error, on path: String) -> SubscriptionRefusal {
        let problem = Problem(error, on: path, logger)
        return SubscriptionRefusal(status: problem.status, fields: problem.fields, body: problem.json)
    }

    /// - Parameter address: the peer's, without a port.
    /// - Throws: `Problem` for a request that is answered by another status than 200.
    func open(_ target: StreamTarget, _ request: HTTPRequest, from address: String) async throws
        -> SubscriptionDecision
    {
        do {
            switch target {
            case .order(let id): return try await order(id, request, address)
            case .customer(let reference): return try await customer(reference, request, address)
            case .feed: return try await feed(request, address)
            }
        } catch let refusal as Busy {
            hub.metrics?.refused(refusal.reason)
            return .endsAtOnce(ControlFrame.bye(.overload, retry: Int.random(in: 2000...5000), plain: refusal.plain))
        }
    }

    /// The service is too busy for the stream now.
    private struct Busy: Error {
        let reason: StreamMetrics.Refusal
        let plain: Bool
    }

    private func order(_ id: Substring, _ request: HTTPRequest, _ address: String) async throws
        -> SubscriptionDecision
    {
        let asked = try await admit(request, address, to: .readOrders, known: ["after", "plain"])
        guard let orderId = UUID(text: String(id)) else { throw Problem.notFound }
        let (scope, plain) = (asked.caller.scope, try asked.query.flag("plain"))
        return try await open(StreamFilter(orderId: orderId, scope: scope), asked) { source, after in
            guard after == nil else {
                guard try await reader.orderExists(orderId, scope: scope) else { throw Problem.notFound }
                return nil
            }
            // What says whether the order is there is what the stream begins with: one read for both.
            let forks = hub.forkCount
            let preamble = try await source.preamble(resetting: nil, plain: plain)
            guard preamble.cursor != nil else { throw Problem.notFound }
            return .prepared(preamble, knownForks: forks)
        }
    }

    private func customer(_ reference: Substring, _ request: HTTPRequest, _ address: String) async throws
        -> SubscriptionDecision
    {
        let asked = try await admit(request, address, to: .customerStream, known: ["after", "plain", "shop"])
        // Who has no orders yet waits for the first, so nothing is looked up.
        let customer = try Self.customer(reference, asked.query, asked.caller.principal)
        return try await open(StreamFilter(customer: customer), asked)
    }

    /// The customer that is asked for: the shop's, where the token spans several by `shop`.
    private static func customer(_ text: Substring, _ query: QueryReader, _ principal: Principal) throws -> CustomerKey
    {
        // What no order can have as its customer is nobody.
        guard let reference = PercentEncodedText.decode(text), !reference.isEmpty, reference.unicodeScalars.count <= 500
        else { throw Problem.notFound }
        let shop: String
        if let named = try query.text("shop") {
            shop = named
        } else if case .names(let names) = principal.shops, let only = names.first, names.count == 1 {
            shop = only
        } else {
            throw Problem(.invalidQuery, "The token spans several shops: “shop” says whose customer is meant.")
        }
        guard ShopScope.isShopName(shop), principal.maySee(shop: shop, customer: reference) else {
            throw Problem.notFound
        }
        return CustomerKey(shop: shop, customer: reference)
    }

    private func feed(_ request: HTTPRequest, _ address: String) async throws
        -> SubscriptionDecision
    {
        let known: Set = ["after", "plain", "shop", "status", "type", "attention", "conflate"]
        let asked = try await admit(request, address, to: .shopFeeds, known: known)
        let (caller, query) = (asked.caller, asked.query)
        var filter = StreamFilter(scope: try Self.narrowed(caller, to: query.list("shop")))
        filter.statuses = try Self.known(query.list("status"), "status", OrderStatus.init(rawValue:))
        filter.types = try Self.known(query.list("type"), "type", EventType.init(rawValue:))
        filter.attentionOnly = try query.flag("attention")
        let tick = try query.number("conflate", in: 50...60_000, default: 0)
        filter.tick = tick == 0 ? nil : .milliseconds(tick)
        return try await open(filter, asked) { _, after in
            after == nil && tail.isHealthy ? hub.freshResumePoint(for: caller.audience) : nil
        }
    }

    private func admit(
        _ request: HTTPRequest,
        _ address: String,
        to permission: Permission,
        known: Set<String>
    ) async throws -> Asked {
        let path = request.path ?? ""
        let query = path.firstIndex(of: "?").map { path[path.index(after: $0)...].prefix { $0 != "#" } }
        do {
            let caller = try await authorizer.authorize(request.headerFields, from: address, to: permission)
            return Asked(
                caller: caller,
                query: try QueryReader(query, known: known),
                headers: request.headerFields
            )
        } catch let problem as Problem where problem.code == .tooManyRequests {
            throw Busy(reason: .rate, plain: try QueryReader(query, known: known).flag("plain"))
        }
    }

    /// - Parameter lookUp: makes sure that there is something to follow; may answer how the stream begins.
    private func open(_ filter: StreamFilter, _ asked: Asked, lookUp: LookUp = { _, _ in nil }) async throws
        -> SubscriptionDecision
    {
        let caller = asked.caller
        let plain = try asked.query.flag("plain")
        let after = try Self.resumePoint(asked)
        let view = StreamView(filter: filter, audience: caller.audience, role: caller.commandRole, plain: plain)
        let source = StreamSource(reader: reader, view: view, positionEncoder: text)
        let prepared: ResumePoint?
        do {
            prepared = try await lookUp(source, after)
        } catch let error as PostgresError {
            logger.warning("stream refused", metadata: ["error": "\(error)"])
            throw Busy(reason: .database, plain: plain)
        }
        let expiry = StreamExpiry(
            tokenEnds: .now + .seconds(caller.principal.acceptedUntil - clock.seconds() - 2),
            now: .now,
            maximumAge: hub.settings.maximumAge,
            jitter: Double.random(in: 0..<1)
        )
        return .opens(
            AuthorizedSubscription(
                opening: SubscriptionOpening(hub: hub, source: source, view: view, expiry: expiry, logger: logger),
                view: view
            ) {
                if let prepared { return prepared }
                return try await check(after, caller.audience)
            }
        )
    }

    /// `Last-Event-ID`, else `after`; empty means absent.
    private static func resumePoint(_ asked: Asked) throws -> String? {
        let header = asked.headers[.lastEventId].flatMap { $0.isEmpty ? nil : $0 }
        return try header ?? asked.query.position("after")
    }

    private func check(_ text: String?, _ audience: Audience) async throws -> ResumePoint {
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

    static func narrowed(_ caller: Caller, to shops: [String]) throws -> ReadScope {
        guard !shops.isEmpty else { return caller.scope }
        guard shops.allSatisfy(caller.principal.mayAct(inShop:)) else { throw Problem.notFound }
        return ReadScope(shops: shops, customer: caller.scope.customer)
    }

    static func known<Word>(_ words: [String], _ name: String, _ parse: (String) -> Word?) throws -> Set<String> {
        for word in words where parse(word) == nil {
            throw Problem(.invalidQuery, "“\(name)” names something that does not exist.")
        }
        return Set(words)
    }
}
