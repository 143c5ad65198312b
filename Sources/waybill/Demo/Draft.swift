import Foundation
import StrictJSON

/// The commands of one simulated order: two lines, prepaid.
struct Draft: Sendable {
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

    func pack(_ parcel: String, lines: [String] = ["l1", "l2"]) -> Journey.Step {
        Journey.Step(path: "pack") { [self] writer in
            writer.field("parcelId", parcel)
            write(lines, &writer)
        }
    }

    func parcel(_ parcel: String, lines: [String] = ["l1", "l2"]) -> [Journey.Step] {
        [
            pack(parcel, lines: lines),
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

    /// - Parameter ago: seconds by which the carrier tells it late.
    func scan(
        _ parcel: String,
        _ code: String,
        _ index: Int,
        reason: String? = nil,
        ago: TimeInterval = 0
    ) -> Journey.Step {
        Journey.Step(path: "scan") { writer in
            writer.field("parcelId", parcel)
            writer.field("scanId", "\(parcel)-\(index)-\(code)")
            writer.field("code", code)
            // The carrier's clock is ours here.
            writer.field("occurredAt", Date(timeIntervalSinceNow: -ago).ISO8601Format())
            writer.field("reason", reason)
        }
    }

    fileprivate func write(_ lines: [String], _ writer: inout JSONWriter, condition: String? = nil) {
        writer.array("lines", lines) { writer, line in
            writer.object { writer in
                writer.field("lineId", line)
                writer.field("quantity", quantities[line] ?? 1)
                writer.field("condition", condition)
            }
        }
    }
}

/// What does not happen to every order.
extension Draft {
    func void(_ parcel: String) -> Journey.Step {
        Journey.Step(path: "void-parcel") { writer in
            writer.field("parcelId", parcel)
            writer.field("reason", "The box was too small")
        }
    }

    func retract(_ parcel: String, _ scan: String) -> Journey.Step {
        Journey.Step(path: "retract-scan") { writer in
            writer.field("parcelId", parcel)
            writer.field("scanId", scan)
            writer.field("reason", "Scanned at the wrong door")
        }
    }

    /// The parcel is expected that many hours from now.
    func delay(_ parcel: String, hours: Double) -> Journey.Step {
        Journey.Step(path: "revise-eta") { writer in
            writer.field("parcelId", parcel)
            writer.object("window") { writer in
                writer.field("earliest", Date(timeIntervalSinceNow: hours * 3600).ISO8601Format())
                writer.field("latest", Date(timeIntervalSinceNow: hours * 3600 + 7200).ISO8601Format())
            }
            writer.field("source", "carrier")
            writer.field("reason", "Snow")
        }
    }

    func note(_ text: String, _ visibility: String) -> Journey.Step {
        Journey.Step(path: "note") { writer in
            writer.field("text", text)
            writer.field("visibility", visibility)
        }
    }

    var requestReturn: Journey.Step {
        Journey.Step(path: "request-return") { writer in
            writer.field("returnId", "r1")
            write(["l1", "l2"], &writer)
            writer.field("reason", "It does not suit the room")
        }
    }

    func decideReturn(_ approve: Bool) -> Journey.Step {
        Journey.Step(path: "decide-return") { writer in
            writer.field("returnId", "r1")
            writer.field("approve", approve)
        }
    }

    var receiveReturn: Journey.Step {
        Journey.Step(path: "receive-return") { writer in
            writer.field("returnId", "r1")
            write(["l1", "l2"], &writer, condition: "sellable")
        }
    }
}
