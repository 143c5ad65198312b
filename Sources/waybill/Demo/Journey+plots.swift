import Foundation
import StrictJSON

extension Journey {
    /// How an order's life may go.
    enum Plot: CaseIterable {
        case plain, split, failedAttempt, fraudHold, stockHold, cancelled, partlyCancelled, pickup

        /// Most orders simply arrive.
        static func pick() -> Plot {
            Int.random(in: 0..<10) < 4 ? .plain : allCases[Int.random(in: 0..<allCases.count)]
        }
    }

    static func make(_ plot: Plot, number: Int) -> Journey {
        let shop = DemoShop.all[Int.random(in: 0..<DemoShop.all.count)]
        let draft = Draft(shop: shop, number: number)
        let paid = [draft.payment("authorized"), draft.confirm]
        let steps: [Step] =
            switch plot {
            case .plain: paid + draft.parcel("p1") + draft.delivery("p1")
            case .split:
                paid + draft.parcel("p1", lines: ["l1"]) + draft.parcel("p2", lines: ["l2"]) + draft.delivery("p2")
                    + draft.delivery("p1")
            case .failedAttempt:
                paid + draft.parcel("p1")
                    + [
                        draft.scan("p1", "outForDelivery", 1),
                        draft.scan("p1", "attemptFailed", 2, reason: "recipient"),
                    ]
                    + [draft.scan("p1", "outForDelivery", 3), draft.scan("p1", "delivered", 4)]
            case .fraudHold:
                [draft.payment("authorized"), draft.hold("fraud"), draft.release, draft.confirm]
                    + draft.parcel("p1") + draft.delivery("p1")
            case .stockHold:
                paid + [draft.hold("stock"), draft.release] + draft.parcel("p1") + draft.delivery("p1")
            case .cancelled: [draft.payment("authorized"), draft.cancel(lines: nil), draft.payment("voided")]
            case .partlyCancelled:
                paid + [draft.cancel(lines: ["l2"])] + draft.parcel("p1", lines: ["l1"]) + draft.delivery("p1")
            case .pickup:
                paid + draft.parcel("p1")
                    + [
                        draft.scan("p1", "inTransit", 1), draft.scan("p1", "readyForPickup", 2),
                        draft.scan("p1", "delivered", 3),
                    ]
            }
        return Journey(orderId: draft.orderId, shop: shop, steps: [draft.place] + steps)
    }
}

/// The commands of one simulated order: two lines, prepaid.
private struct Draft: Sendable {
    let shop: DemoShop
    let number: Int
    let orderId = UUID().uuidString.lowercased()
    let quantities = ["l1": Int.random(in: 1...3), "l2": Int.random(in: 1...2)]
    let prices = ["l1": Int.random(in: 5...60), "l2": Int.random(in: 15...120)]

    private static let goods = [
        "l1": ["Espresso beans, 1 kg", "Leinenhemd", "抹茶 30g", "Théière en fonte"],
        "l2": ["Grinder", "Wollschal", "急須", "Carafe à décanter"],
    ]

    private var total: Int {
        ["l1", "l2"].reduce(0) { $0 + (quantities[$1] ?? 0) * (prices[$1] ?? 0) * shop.scale } + 5 * shop.scale
    }

    private func money(_ amount: Int) -> @Sendable (inout JSONWriter) -> Void {
        let currency = shop.currency
        return { writer in
            writer.object { writer in
                writer.field("amount", amount)
                writer.field("currency", currency)
            }
        }
    }

    var place: Journey.Step {
        let choice = Int.random(in: 0..<4)
        return Journey.Step(path: "") { [self] writer in
            writer.field("orderId", orderId)
            writer.field("number", "\(shop.name.prefix(1).uppercased())-\(number)")
            writer.field("shop", shop.name)
            writer.field("customer", "cust-\(number % 40)")
            writer.field("contactRef", "contact-\(number % 40)")
            writer.field("country", shop.country)
            writer.field("currency", shop.currency)
            writer.field("locale", shop.locale)
            writer.array("lines", ["l1", "l2"]) { writer, line in
                writer.object { writer in
                    writer.field("lineId", line)
                    writer.field("sku", "SKU-\(line)-\(choice)")
                    writer.field("name", Self.goods[line]?[choice] ?? line)
                    writer.field("quantity", quantities[line] ?? 1)
                    writer.key("unitPrice")
                    money((prices[line] ?? 0) * shop.scale)(&writer)
                }
            }
            for (name, amount) in [("shipping", 5 * shop.scale), ("tax", 0), ("discount", 0), ("total", total)] {
                writer.key(name)
                money(amount)(&writer)
            }
            writer.field("taxIncluded", true)
        }
    }

    var confirm: Journey.Step { Journey.Step(path: "confirm") { _ in } }
    var release: Journey.Step { Journey.Step(path: "release-hold") { $0.field("holdId", "h1") } }

    func hold(_ reason: String) -> Journey.Step {
        Journey.Step(path: "hold") { writer in
            writer.field("holdId", "h1")
            writer.field("reason", reason)
        }
    }

    func payment(_ kind: String) -> Journey.Step {
        Journey.Step(path: "payment") { [self] writer in
            writer.field("paymentId", "pay-\(kind)")
            writer.field("kind", kind)
            writer.key("amount")
            money(total)(&writer)
            writer.field("providerRef", "psp-\(number)")
        }
    }

    func cancel(lines: [String]?) -> Journey.Step {
        Journey.Step(path: "cancel") { [self] writer in
            if let lines { write(lines, &writer) }
            writer.field("reason", "customer")
        }
    }

    func parcel(_ parcel: String, lines: [String] = ["l1", "l2"]) -> [Journey.Step] {
        [
            Journey.Step(path: "pack") { [self] writer in
                writer.field("parcelId", parcel)
                write(lines, &writer)
            },
            Journey.Step(path: "dispatch") { [self] writer in
                writer.field("parcelId", parcel)
                writer.field("carrier", shop.carrier)
                writer.field("trackingNumber", "TRK\(number)\(parcel.uppercased())")
            },
        ]
    }

    func delivery(_ parcel: String) -> [Journey.Step] {
        ["inTransit", "outForDelivery", "delivered"].enumerated().map { scan(parcel, $1, $0) }
    }

    func scan(_ parcel: String, _ code: String, _ index: Int, reason: String? = nil) -> Journey.Step {
        Journey.Step(path: "scan") { writer in
            writer.field("parcelId", parcel)
            writer.field("scanId", "\(parcel)-\(index)-\(code)")
            writer.field("code", code)
            // A scan happens when it is told; the carrier's clock is ours here.
            writer.field("occurredAt", Date().ISO8601Format())
            writer.field("reason", reason)
        }
    }

    private func write(_ lines: [String], _ writer: inout JSONWriter) {
        writer.array("lines", lines) { writer, line in
            writer.object { writer in
                writer.field("lineId", line)
                writer.field("quantity", quantities[line] ?? 1)
            }
        }
    }
}
