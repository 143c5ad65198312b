import Access
import EventStreams
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import OrderLog
import Orders
import StrictJSON

/// `GET /v1/orders/{id}`, `GET /v1/orders/{id}/events` and `GET /v1/events`: an order, its history, and the log.
struct OrderRoutes: Sendable {
    let authorizer: Authorizer
    let reader: LogReader
    let places: ReadPlaces
    let positions: PositionReader
    let positionEncoder: PositionEncoder

    func add(to router: Router<WaybillContext>) {
        router.get("/v1/orders/:id") { request, context in try await order(request, context) }
        router.get("/v1/orders/:id/events") { request, context in try await history(request, context) }
        router.get("/v1/events") { request, context in try await log(request, context) }
    }

    private func order(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await authorizer.authorize(request, in: context, to: .readOrders)
        let query = try QueryReader(request, parameters: ["min_position", "version", "position", "at"])
        let orderId = try Self.orderId(context)
        // The current state is written in the transaction of the append, so it reflects every position that the log
        // has.
        _ = try await positions.waitToResolve(
            query.position("min_position"),
            for: caller.audience,
            until: .now + PositionReader.patience
        )
        let found =
            if let moment = try await moment(in: query, from: caller) {
                try await places.read(for: caller) {
                    try await reader.order(orderId, scope: caller.scope, at: moment)
                }
            } else {
                try await reader.order(orderId, scope: caller.scope).stored
            }
        guard let stored = found else { throw Problem.notFound }
        return .json(stored.json(for: caller, positionEncoder), headers: [.eTag: "\"\(stored.order.version)\""])
    }

    /// The moment in the past that the query names; nil for the present.
    private func moment(in query: QueryReader, from caller: Caller) async throws -> PastMoment? {
        let (version, position, time) = try (query.text("version"), query.position("position"), query.text("at"))
        guard [version, position, time].count(where: { $0 != nil }) <= 1 else {
            throw Problem(.invalidQuery, "Only one of “version”, “position” and “at” can name the moment.")
        }
        if let version {
            guard let number = Int(version), version.utf8.first != UInt8(ascii: "+") else {
                throw Problem(.invalidQuery, "“version” is a number.")
            }
            return .version(number)
        }
        if let position { return .seq(try await positions.resolve(position, for: caller.audience)) }
        return try query.time("at").map { .time($0) }
    }

    private func history(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await authorizer.authorize(request, in: context, to: .readOrders)
        let query = try QueryReader(request, parameters: ["after", "limit"])
        let orderId = try Self.orderId(context)
        guard try await reader.orderExists(orderId, scope: caller.scope) else { throw Problem.notFound }
        return try await page(of: orderId, query, from: caller, request)
    }

    private func log(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await authorizer.authorize(request, in: context, to: .shopFeeds)
        let query = try QueryReader(request, parameters: ["after", "limit"])
        return try await page(of: nil, query, from: caller, request)
    }

    /// One page of events.
    ///
    /// - Parameter orderId: the order; nil for all orders in the caller's scope.
    private func page(
        of orderId: UUID?,
        _ query: QueryReader,
        from caller: Caller,
        _ request: Request
    ) async throws -> Response {
        let limit = try query.number("limit", in: 1...1000, default: 100)
        let after = try await positions.resolve(query.position("after"), for: caller.audience)
        return try await .page(
            EventPageSlices(
                reader: reader,
                positionEncoder: positionEncoder,
                audience: caller.audience,
                scope: caller.scope,
                orderId: orderId,
                after: after,
                limit: limit,
                asLines: Self.wantsLines(request)
            ),
            for: caller,
            in: places
        )
    }

    /// The order id of the path. An id that is not a UUID names no order.
    ///
    /// - Throws: `Problem` 404.
    private static func orderId(_ context: WaybillContext) throws -> UUID {
        guard let id = context.parameters.get("id").flatMap(UUID.init(text:)) else { throw Problem.notFound }
        return id
    }

    private static func wantsLines(_ request: Request) -> Bool {
        AcceptedTypes(request.headers[values: .accept]).prefer(ContentType.ndjson, to: ContentType.json)
    }
}
