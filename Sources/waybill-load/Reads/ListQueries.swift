import Foundation

/// The usual queries of staff and backends to the order list.
enum ListQueries {
    /// The queries by name, each with its request targets, which are used in turn.
    ///
    /// - Parameter page: a page of orders, from which the values of filters are taken.
    static func all(from page: Page) -> [(name: String, targets: [String])] {
        let orders = page.orders
        func each(_ target: (Page.Order) -> String?) -> [String] { Array(Set(orders.compactMap(target))).sorted() }
        var queries: [(String, [String])] = [
            ("newest", ["/v1/orders"]),
            ("newest, 1,000", ["/v1/orders?limit=1000"]),
            ("of a shop", LoadShop.names.map { "/v1/orders?shop=\($0)" }),
            ("status preparing", ["/v1/orders?status=preparing"]),
            ("shop and status delivered", LoadShop.names.map { "/v1/orders?shop=\($0)&status=delivered" }),
            ("of a customer", each { "/v1/orders?customer=\($0.customer)" }),
            ("by number", each { "/v1/orders?number=\($0.number)" }),
            (
                "by tracking number",
                each { $0.parcels?.first?.trackingNumber.map { "/v1/orders?trackingNumber=\($0)" } }
            ),
            ("of a carrier", Set(LoadShop.all.map(\.carrier)).sorted().map { "/v1/orders?carrier=\($0)" }),
            ("that need attention", ["/v1/orders?attention=true"]),
            ("placed before", each { "/v1/orders?placedBefore=\($0.placedAt)" }),
        ]
        if let next = page.next { queries.append(("second page", ["/v1/orders?cursor=\(next)"])) }
        return queries.filter { !$0.1.isEmpty }
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
