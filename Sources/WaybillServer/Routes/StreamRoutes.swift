import Access
import Foundation
import HTTPTypes
import Hummingbird
import LiveStreams
import Logging
import NIOCore
import OrderLog
import Orders
import Postgres

/// `GET /v1/orders/{id}/stream`, `GET /v1/customers/{ref}/stream` and `GET /v1/stream`.
///
/// Authentication and look-ups come before the response: once its head is out, there are only frames. Any status other
/// than 200 makes a browser's EventSource give up for good, so what passes by itself is said in frames.
struct StreamRoutes: Sendable {
    let gate: Gate
    let reader: LogReader
    let tail: LogTail
    let hub: StreamHub
    let positions: PositionReader
    let text: PositionText
    let clock: WallClock

    func add(to router: Router<WaybillContext>) {
        router.get("/v1/orders/:id/stream") { request, context in try await order(request, context) }
        router.get("/v1/customers/:ref/stream") { request, context in try await customer(request, context) }
        router.get("/v1/stream") { request, context in try await feed(request, context) }
    }

    private func order(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await admit(request, context, .readOrders)
        let query = try QueryReader(request, known: ["after", "plain"])
        let orderId = try OrderRoutes.orderId(context)
        let plain = try query.flag("plain")
        guard let caller else { return refused(.rate, plain, context) }
        let filter = StreamFilter(orderId: orderId, scope: caller.scope)
        return try await open(filter, caller, query, request, context) { source, after in
            guard after == nil else {
                guard try await reader.orderExists(orderId, scope: caller.scope) else { throw Problem.notFound }
                return nil
            }
            // What says whether the order is there is what the stream begins with: one read for both.
            let forks = hub.forkCount
            let beginning = try await source.begin(resetting: nil, plain: plain)
            guard beginning.cursor != nil else { throw Problem.notFound }
            return .begun(beginning, forks: forks)
        }
    }

    private func customer(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await admit(request, context, .customerStream)
        let query = try QueryReader(request, known: ["after", "plain", "shop"])
        guard let caller else { return refused(.rate, try query.flag("plain"), context) }
        // Who has no orders yet waits for the first, so nothing is looked up.
        let customer = try Self.customer(context, query, caller.principal)
        return try await open(StreamFilter(customer: customer), caller, query, request, context)
    }

    /// The customer that is asked for: the shop's, where the token spans several by `shop`.
    private static func customer(_ context: WaybillContext, _ query: QueryReader, _ principal: Principal) throws
        -> CustomerKey
    {
        // What no order can have as its customer is nobody.
        guard let reference = context.parameters.get("ref").flatMap({ PercentText.decode($0[...]) }),
            !reference.isEmpty, reference.unicodeScalars.count <= 500
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

    private func feed(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await admit(request, context, .shopFeeds)
        let query = try QueryReader(
            request,
            known: ["after", "plain", "shop", "status", "type", "attention", "conflate"]
        )
        guard let caller else { return refused(.rate, try query.flag("plain"), context) }
        var filter = StreamFilter(scope: try Self.narrowed(caller, to: query.list("shop")))
        filter.statuses = try Self.known(query.list("status"), "status", OrderStatus.init(rawValue:))
        filter.types = try Self.known(query.list("type"), "type", EventType.init(rawValue:))
        filter.attentionOnly = try query.flag("attention")
        let tick = try query.number("conflate", in: 50...60_000, default: 0)
        filter.tick = tick == 0 ? nil : .milliseconds(tick)
        return try await open(filter, caller, query, request, context) { _, after in
            after == nil && tail.isHealthy ? hub.freshBeginning(for: caller.audience) : nil
        }
    }

    /// - Returns: nil where only the rate is exceeded, which a stream says in a frame.
    private func admit(_ request: Request, _ context: WaybillContext, _ permission: Permission) async throws -> Caller?
    {
        do {
            return try await gate.admit(request, context, to: permission)
        } catch let problem as Problem where problem.code == .tooManyRequests {
            return nil
        }
    }

    /// - Parameter lookUp: makes sure that there is something to follow; may answer how the stream begins.
    private func open(
        _ filter: StreamFilter,
        _ caller: Caller,
        _ query: QueryReader,
        _ request: Request,
        _ context: WaybillContext,
        lookUp: (StreamSource, _ after: String?) async throws -> StreamStart? = { _, _ in nil }
    ) async throws -> Response {
        let plain = try query.flag("plain")
        let after = try Self.resumePoint(request, query)
        let source = StreamSource(
            reader: reader,
            filter: filter,
            audience: caller.audience,
            role: caller.commandRole,
            text: text
        )
        let begun: StreamStart?
        do {
            begun = try await lookUp(source, after)
        } catch let error as PostgresError {
            context.logger.warning("stream refused", metadata: ["error": "\(error)"])
            return refused(.database, plain, context)
        }
        let session = StreamSession(
            hub: hub,
            source: source,
            template: Subscriber(filter: filter, audience: caller.audience, plain: plain, cursor: 0),
            expiry: StreamExpiry(
                tokenEnds: .now + .seconds(caller.principal.acceptedUntil - clock.seconds() - 2),
                now: .now,
                maximumAge: hub.settings.maximumAge,
                jitter: Double.random(in: 0..<1)
            ),
            logger: context.logger
        )
        let view = StreamView(filter: filter, audience: caller.audience, role: caller.commandRole, plain: plain)
        let (channel, body) = (context.channel, request.body)
        return Self.stream(on: channel) { sink in
            let subscription = Subscription(subject: filter.subject) { channel.close(promise: nil) }
            channel.closeFuture.whenComplete { _ in subscription.close() }
            sink.expectHandOff(to: hub, of: view)
            var stream = sink
            try await session.run(subscription: subscription, sink: &stream) {
                if let begun { return begun }
                return try await start(after, caller.audience)
            } serving: { serve in
                try await body.consumeWithInboundCloseHandler { _ in
                    try await serve()
                } onInboundClosed: {
                    subscription.close()
                }
            }
            sink = stream
        }
    }

    /// `Last-Event-ID`, else `after`; empty means absent.
    private static func resumePoint(_ request: Request, _ query: QueryReader) throws -> String? {
        let header = request.headers[.lastEventId].flatMap { $0.isEmpty ? nil : $0 }
        return try header ?? query.position("after")
    }

    private func start(_ text: String?, _ audience: Audience) async throws -> StreamStart {
        guard let text else { return .fresh }
        switch positions.parse(text, for: audience) {
        case nil: return .reset(.malformed)
        case .beginning: return .resume(after: 0)
        case .at(let position):
            switch try await reader.check(position, seen: hub.end) {
            case .good(let seq): return .resume(after: seq)
            case .unknownEpoch: return .reset(.unknownEpoch)
            case .ahead: return .reset(.ahead)
            case .forked: return .reset(.forked)
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

    /// A stream that ends at once: the service is too busy for it now.
    private func refused(_ refusal: StreamMetrics.Refusal, _ plain: Bool, _ context: WaybillContext) -> Response {
        hub.metrics?.refused(refusal)
        return Self.stream(on: context.channel) { sink in
            try await sink.send(ControlFrame.bye(.overload, retry: Int.random(in: 2000...5000), plain: plain))
        }
    }

    private static func stream(
        on channel: any Channel,
        _ body: @escaping @Sendable (inout ResponseSink) async throws -> Void
    ) -> Response {
        let headers: HTTPFields = [
            .contentType: "text/event-stream",
            .cacheControl: "no-store, no-transform",
            .accelBuffering: "no",
            // Nothing follows a stream on its connection, which a proxy must not keep for other requests.
            .connection: "close",
        ]
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody { writer in
                var sink = ResponseSink(writer: writer, channel: channel)
                try await body(&sink)
                try await sink.finish()
            }
        )
    }
}
