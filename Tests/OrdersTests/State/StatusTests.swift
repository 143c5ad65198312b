import Testing

@testable import Orders

@Suite struct StatusTests {
    private static func scannedOrder(_ scans: OrderEvent...) -> Given {
        Given(
            [
                placed(terms: .onDelivery), confirmed, packed("p", a: 2), packed("q", b: 3), dispatched("p"),
                dispatched("q"),
            ] + scans
        )
    }

    @Test(arguments: [
        (given(placed()), OrderStatus.placed), (given(placed(), confirmed), .preparing),
        (given(placed(), confirmed, packed("p", a: 2)), .preparing),
        (given(placed(), held("h")), .onHold), (given(placed(), cancelled(a: 2, b: 3), orderCancelled), .cancelled),
        (given(placed(), held("h"), cancelled(a: 2, b: 3), orderCancelled), .cancelled),
        (given(placed(), confirmed, packed("p", a: 2), dispatched("p")), .partlyShipped),
        (given(placed(), confirmed, packed("p", a: 2), packed("q", b: 3), dispatched("p")), .partlyShipped),
        (given(placed(), confirmed, cancelled(b: 3), packed("p", a: 2), dispatched("p")), .shipped),
        (scannedOrder(), .shipped), (scannedOrder(scanned("p", "s", .inTransit, 9)), .shipped),
        (scannedOrder(scanned("p", "s", .outForDelivery, 9)), .outForDelivery),
        (scannedOrder(scanned("p", "s", .readyForPickup, 9)), .readyForPickup),
        (scannedOrder(scanned("p", "s", .outForDelivery, 9), scanned("q", "s", .readyForPickup, 9)), .readyForPickup),
        (scannedOrder(scanned("p", "s", .delivered, 9)), .partlyDelivered),
        (scannedOrder(scanned("p", "s", .delivered, 9), scanned("q", "s", .outForDelivery, 9)), .outForDelivery),
        (scannedOrder(scanned("p", "s", .delivered, 9), scanned("q", "s", .delivered, 9)), .delivered),
        (scannedOrder(scanned("p", "s", .attemptFailed, 9)), .attention),
        (scannedOrder(scanned("p", "s", .exception, 9), scanned("q", "s", .delivered, 9)), .attention),
        (scannedOrder(scanned("p", "s", .exception, 9), scanned("p", "t", .inTransit, 10)), .shipped),
        (scannedOrder(scanned("p", "s", .lost, 9)), .attention),
        (scannedOrder(scanned("p", "s", .lost, 9), packed("r", a: 1)), .partlyShipped),
        (scannedOrder(scanned("p", "s", .lost, 9), cancelled(a: 2)), .shipped),
        (scannedOrder(scanned("p", "s", .lost, 9), held("h")), .onHold),
        (scannedOrder(scanned("p", "s", .returning, 9)), .shipped),
        (scannedOrder(scanned("p", "s", .returnedToSender, 9)), .attention),
        (deliveredWhole, .delivered), (Given(deliveredWhole.order).adding(orderClosed), .delivered),
        (deliveredWhole.adding(returnRequested("r", a: 2, b: 3)), .delivered),
        (
            deliveredWhole.adding(returnRequested("r", a: 1), returnDecided("r", true), returnReceived("r", a: 1)),
            .delivered
        ),
        (
            deliveredWhole.adding(
                returnRequested("r", a: 2, b: 3),
                returnDecided("r", true),
                returnReceived("r", a: 2, b: 3)
            ), .returned
        ),
    ])
    func theFirstHeadlineThatMatchesIsTheOne(state: Given, status: OrderStatus) {
        #expect(state.order.status == status)
        #expect(state.order.announced == status)
    }

    @Test func headlinesMapToSchemaOrg() {
        let known: Set = [
            "OrderCancelled", "OrderDelivered", "OrderInTransit", "OrderPaymentDue", "OrderPickupAvailable",
            "OrderProblem",
            "OrderProcessing", "OrderReturned",
        ]
        for status in OrderStatus.allCases {
            #expect(status.schemaOrg.hasPrefix("https://schema.org/"))
            #expect(known.contains(String(status.schemaOrg.dropFirst("https://schema.org/".count))))
        }
    }

    @Test func anAnnouncedHeadlineIsNeverComputedAgain() {
        var order = given(placed()).order
        order.replay(confirmed, announced: .shipped)
        #expect(order.announced == .shipped && order.status == .preparing && order.version == 2)
        let change = order.apply(held("h"))
        #expect(change.before == .shipped && change.after == .onHold)
        let first = Order(orderId: order.orderId)
        var copy = first
        #expect(copy.apply(placed()).before == nil)
        #expect(first.announced == nil && copy.announced == .placed)
    }
}

extension Given {
    func adding(_ events: OrderEvent...) -> Given {
        var next = self
        for event in events { _ = next.order.apply(event) }
        return next
    }
}
