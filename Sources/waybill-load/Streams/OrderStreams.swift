import Access
import Foundation
import Postgres

/// Streams of single orders, each opened by the order's customer with a token of its own.
enum OrderStreams {
    /// A target whose subscribers follow one order each.
    ///
    /// - Throws: `LoadFailure` where the log holds fewer orders than `count`.
    static func target(_ service: Service, count: Int) async throws -> StreamTarget {
        let orders = try await service.withDatabase { connection in
            try await connection.query(
                "select order_id::text as id, shop, customer from order_states order by order_id limit $1",
                [Int64(count)]
            ).map { row in
                (
                    id: try row.get("id", as: String.self), shop: try row.get("shop", as: String.self),
                    customer: try row.get("customer", as: String.self)
                )
            }
        }
        guard orders.count == count else { throw LoadFailure("the log holds only \(orders.count) orders") }
        let key = try DevelopmentKey.loadOrCreate(in: service.dataDirectory)
        let now = Date().timeIntervalSince1970
        var requests: [[UInt8]] = []
        for (index, order) in orders.enumerated() {
            // Another expiry makes another token, also where a customer has several orders.
            let token = try await key.sign(
                role: .customer,
                shops: .names([order.shop]),
                subject: order.customer,
                ttl: 86_400 + index,
                now: now
            )
            requests.append(StreamTarget.request("/v1/orders/\(order.id)/stream", token: token))
        }
        return StreamTarget(port: service.port, beginning: .firstId(events: 1)) { [requests] in requests[$0] }
    }
}
