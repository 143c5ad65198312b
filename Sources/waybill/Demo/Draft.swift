import Foundation
import StrictJSON

/// The commands of one simulated order: two lines, prepaid.
struct Draft: Sendable {
    let shop: DemoShop
    let number: Int
    let orderId = UUID().uuidString.lowercased()
    let quantities = ["l1": Int.random(in: 1...3), "l2": Int.random(in: 1...2)]
    let prices = ["l1": Int.random(in: 5...60), "l2": Int.random(in: 15...120)]

    private var goods: Int {
        ["l1", "l2"].reduce(0) { $0 + (quantities[$1] ?? 0) * (prices[$1] ?? 0) * shop.scale }
    }
    private var shipping: Int { 5 * shop.scale }
    /// One customer in five has a voucher of a tenth.
    private var discount: Int { number.isMultiple(of: 5) ? goods / 10 : 0 }
    var total: Int { goods + shipping - discount }

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
        let goods = shop.goods[number % shop.goods.count]
        let names = ["l1": goods.small, "l2": goods.large]
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
                    writer.field("sku", "SKU-\(line)-\(shop.country)\(number % shop.goods.count)")
                    writer.field("name", names[line] ?? line)
                    writer.field("quantity", quantities[line] ?? 1)
                    writer.key("unitPrice")
                    money((prices[line] ?? 0) * shop.scale)(&writer)
                }
            }
            // Prices include the tax; a fifth of the net sum is a sixth of it.
            let sums: [(StaticString, Int)] = [
                ("shipping", shipping), ("tax", total / 6), ("discount", discount), ("total", total),
            ]
            for (name, amount) in sums {
                writer.key(name)
                money(amount)(&writer)
            }
            Self.window("promised", hours: 48, &writer)
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

    /// - Parameter extra: what the provider takes beyond the total.
    func payment(_ kind: String, extra: Int = 0) -> Journey.Step {
        Journey.Step(path: "payment") { [self] writer in
            writer.field("paymentId", "pay-\(kind)")
            writer.field("kind", kind)
            writer.key("amount")
            money(total + extra * shop.scale)(&writer)
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
                Self.window("eta", hours: 24, &writer)
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
        Journey.Step(path: "scan") { [self] writer in
            writer.field("parcelId", parcel)
            writer.field("scanId", "\(parcel)-\(index)-\(code)")
            writer.field("code", code)
            // The carrier's clock is ours here.
            writer.field("occurredAt", Date(timeIntervalSinceNow: -ago).ISO8601Format())
            writer.field("reason", reason)
            writer.object("place") { writer in
                writer.field("text", shop.hubs[min(index, shop.hubs.count - 1)])
                writer.field("country", shop.country)
                writer.field("timeZone", shop.timeZone)
            }
            if code == "delivered" {
                writer.object("proof") { $0.field("kind", ["signature", "photo", "pin"][number % 3]) }
            }
        }
    }

    /// Two hours, so many hours from now.
    static func window(_ name: StaticString, hours: Double, _ writer: inout JSONWriter) {
        writer.object(name) { writer in
            writer.field("earliest", Date(timeIntervalSinceNow: hours * 3600).ISO8601Format())
            writer.field("latest", Date(timeIntervalSinceNow: hours * 3600 + 7200).ISO8601Format())
        }
    }

    func write(_ lines: [String], _ writer: inout JSONWriter, condition: String? = nil) {
        writer.array("lines", lines) { writer, line in
            writer.object { writer in
                writer.field("lineId", line)
                writer.field("quantity", quantities[line] ?? 1)
                writer.field("condition", condition)
            }
        }
    }
}
