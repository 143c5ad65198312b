import Foundation

/// The usual queries of staff and backends to the order list.
enum ListQueries {
    /// The queries by name, each with its request targets, which are used in turn.
    ///
    /// - Parameters:
    ///   - page: a page of orders, from which the values of filters are taken.
    ///   - delivered: a page of delivered orders, whose parcels have tracking numbers. The newest orders have none yet.
    /// - Throws: `LoadFailure` where the orders have no value for a query.
    static func all(from page: Page, delivered: Page) throws -> [(name: String, targets: [String])] {
        func each(_ page: Page, _ target: (Page.Order) -> String?) -> [String] {
            Array(Set(page.orders.compactMap(target))).sorted()
        }
        let queries: [(name: String, targets: [String])] = [
            ("newest", ["/v1/orders"]),
            ("newest, 1,000", ["/v1/orders?limit=1000"]),
            ("of a shop", LoadShop.names.map { "/v1/orders?shop=\($0)" }),
            ("status preparing", ["/v1/orders?status=preparing"]),
            ("shop and status delivered", LoadShop.names.map { "/v1/orders?shop=\($0)&status=delivered" }),
            ("of a customer", each(page) { "/v1/orders?customer=\($0.customer)" }),
            ("by number", each(page) { "/v1/orders?number=\($0.number)" }),
            (
                "by tracking number",
                each(delivered) { $0.parcels?.first?.trackingNumber.map { "/v1/orders?trackingNumber=\($0)" } }
            ),
            ("of a carrier", Set(LoadShop.all.map(\.carrier)).sorted().map { "/v1/orders?carrier=\($0)" }),
            ("that need attention", ["/v1/orders?attention=true"]),
            ("placed before", each(page) { "/v1/orders?placedBefore=\($0.placedAt)" }),
            ("second page", page.next.map { ["/v1/orders?cursor=\($0)"] } ?? []),
        ]
        if let empty = queries.first(where: \.targets.isEmpty) {
            throw LoadFailure("no order has a value for the query “\(empty.name)”; load more orders")
        }
        return queries
    }

    /// A page of orders, with the members that the queries need.
    struct Page: Decodable {
        struct Order: Decodable {
            struct Parcel: Decodable {
                var trackingNumber: String?
            }

            var orderId: String
            var customer: String
            var number: String
            var placedAt: String
            var parcels: [Parcel]?
        }

        var orders: [Order]
        var next: String?
    }
}
