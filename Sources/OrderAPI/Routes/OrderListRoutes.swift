import Access
import EventStreams
import Hummingbird
import OrderLog
import Orders
import Projections
import StrictJSON

/// `GET /v1/orders`: the order list.
struct OrderListRoutes: Sendable {
    let authorizer: Authorizer
    let models: ReadModelReader
    let places: ReadPlaces
    let positions: PositionReader
    let positionEncoder: PositionEncoder

    func add(to router: Router<WaybillContext>) {
        router.get("/v1/orders") { request, context in try await list(request, context) }
    }

    private static let parameters: Set<String> = [
        "shop", "status", "customer", "number", "carrier", "trackingNumber", "attention", "placedAfter", "placedBefore",
        "cursor", "limit", "min_position",
    ]

    private func list(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await authorizer.authorize(request, in: context, to: .readOrders)
        let query = try QueryReader(request, parameters: Self.parameters)
        let wanted = try Self.request(query, from: caller)
        try await models.wait(
            for: [OrderListModel.name],
            toReach: query.position("min_position"),
            from: caller.audience,
            positions
        )
        return try await .page(
            OrderPageSlices(wanted, models: models, positionEncoder: positionEncoder, caller: caller),
            for: caller,
            in: places
        )
    }

    private static func request(_ query: QueryReader, from caller: Caller) throws -> OrderListRequest {
        let shops = try query.list("shop")
        var wanted = OrderListRequest(scope: try caller.scope(narrowedTo: distinct(shops)))
        wanted.statuses = try query.words("status", of: OrderStatus.self).sorted()
        wanted.customer = try query.text("customer")
        if let customer = wanted.customer, let own = wanted.scope.customer, !customer.utf8.elementsEqual(own.utf8) {
            throw Problem.notFound
        }
        wanted.number = try query.text("number")
        wanted.carrier = try query.text("carrier")
        wanted.trackingNumber = try query.text("trackingNumber").map { text in
            guard let key = TrackingNumber.key(text) else {
                throw Problem(.invalidQuery, "“trackingNumber” needs a letter or digit (ASCII).")
            }
            return key
        }
        // False filters nothing, as on the stream of all orders: it is the default.
        wanted.attention = try query.flag("attention") ? true : nil
        if caller.audience == .customer, wanted.attention != nil {
            throw Problem(.invalidQuery, "Customers cannot filter by “attention”.")
        }
        wanted.placedAfter = try query.time("placedAfter")
        wanted.placedBefore = try query.time("placedBefore")
        wanted.limit = try query.number("limit", in: 1...1000, default: 100)
        if let cursor = try query.text("cursor") {
            guard let position = Base64URL.decode(cursor.utf8).flatMap(OrderListCursor.init(bytes:)) else {
                throw Problem(.invalidQuery, "“cursor” takes the “next” of an earlier page.")
            }
            wanted.cursor = position
        }
        return wanted
    }

    private static func distinct(_ texts: [String]) -> [String] { Set(texts).sorted() }
}
