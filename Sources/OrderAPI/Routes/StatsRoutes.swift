import Access
import EventStreams
import Foundation
import Hummingbird
import OrderLog
import Orders
import Projections
import StrictJSON

/// `GET /v1/stats`: counts over the token's shops, or over those that `shop` names.
struct StatsRoutes: Sendable {
    let authorizer: Authorizer
    let models: ReadModelReader
    let places: ReadPlaces
    let positions: PositionReader
    let positionEncoder: PositionEncoder

    func add(to router: Router<WaybillContext>) {
        router.get("/v1/stats") { request, context in try await stats(request, context) }
    }

    private func stats(_ request: Request, _ context: WaybillContext) async throws -> Response {
        let caller = try await authorizer.authorize(request, in: context, to: .shopFeeds)
        let query = try QueryReader(request, parameters: ["shop", "attentionLimit", "min_position"])
        let scope = try caller.scope(narrowedTo: query.list("shop"))
        let limit = try query.number("attentionLimit", in: 1...1000, default: Stats.attentionLimit)
        try await models.wait(
            for: [StatsModel.name, OrderListModel.name],
            toReach: query.position("min_position"),
            from: caller.audience,
            positions
        )
        let stats = try await places.read(for: caller) {
            try await models.stats(shops: scope.shops, attentionLimit: limit)
        }
        return .json(
            JSONWriter.object(reserving: 8192) { writer in
                writer.field("position", positionEncoder(stats.position, for: caller.audience))
                writer.field("at", stats.at.rfc3339Micro)
                stats.write(to: &writer)
            }
        )
    }
}

extension Stats {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.field("orders", orders.values.reduce(0, +))
        writer.object("statuses") { writer in
            for status in OrderStatus.allCases {
                writer.key(word: status)
                writer.integer(orders[status] ?? 0)
            }
        }
        writer.array("shops", shops) { writer, shop in
            writer.object { writer in
                writer.field("shop", shop.name)
                writer.field("orders", shop.orders)
            }
        }
        writer.array("perMinute", minutes) { writer, minute in
            writer.object { writer in
                writer.field("minute", minute.start.rfc3339)
                writer.field("events", minute.events)
                writer.field("placed", minute.placed)
            }
        }
        writer.object("timeInStatus") { writer in
            for shown in shown {
                writer.key(word: shown.status)
                writer.object { writer in
                    writer.field("visits", shown.visits)
                    writer.seconds("meanSeconds", milliseconds: shown.mean)
                    writer.seconds("p50Seconds", milliseconds: shown.p50)
                    writer.seconds("p90Seconds", milliseconds: shown.p90)
                    writer.seconds("p95Seconds", milliseconds: shown.p95)
                    writer.seconds("p99Seconds", milliseconds: shown.p99)
                }
            }
        }
        writer.object("attention") { writer in
            writer.field("orders", attentionCount)
            writer.array("newest", attention) { writer, entry in
                writer.object { writer in
                    writer.field("orderId", entry.orderId.text)
                    writer.field("shop", entry.shop)
                    writer.field("number", entry.number)
                    writer.field("status", entry.status)
                    writer.field("since", entry.since.rfc3339Micro)
                    writer.array("reasons", entry.reasons) { $0.string($1) }
                }
            }
        }
    }
}
