import Testing

@testable import waybill_load

@Suite struct ListQueriesTests {
    private func page(trackingNumber: String?) -> ListQueries.Page {
        var order = ListQueries.Page.Order(orderId: "o", customer: "c", number: "n", placedAt: "2026-01-01T00:00:00Z")
        order.parcels = trackingNumber.map { [.init(trackingNumber: $0)] }
        return ListQueries.Page(orders: [order], next: "cursor")
    }

    @Test func trackingNumbersAreThoseOfDeliveredOrders() throws {
        let queries = try ListQueries.all(from: page(trackingNumber: nil), delivered: page(trackingNumber: "T1"))
        let targets = queries.first { $0.name == "by tracking number" }?.targets
        #expect(targets == ["/v1/orders?trackingNumber=T1"])
        #expect(queries.allSatisfy { !$0.targets.isEmpty })
    }

    @Test func aQueryWithoutTargetsIsAnError() {
        let error = #expect(throws: LoadFailure.self) {
            try ListQueries.all(from: page(trackingNumber: "T1"), delivered: page(trackingNumber: nil))
        }
        #expect(error?.description.contains("“by tracking number”") == true)
    }
}
