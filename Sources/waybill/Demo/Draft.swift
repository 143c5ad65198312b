import Foundation
import StrictJSON

/// The commands of one simulated order with two lines.
struct Draft: Sendable {
    let shop: DemoShop
    let number: Int
    let orderId = UUID().uuidString.lowercased()
    private(set) var quantities = ["l1": Int.random(in: 1...3), "l2": Int.random(in: 1...2)]
    let prices = ["l1": Int.random(in: 5...60), "l2": Int.random(in: 15...120)]

    init(shop: DemoShop, number: Int) {
        self.shop = shop
        self.number = number
    }

    /// The draft with one more unit of the first line.
    var larger: Draft {
        var larger = self
        larger.quantities["l1", default: 0] += 1
        return larger
    }

    func quantity(of line: String) -> Int { quantities[line] ?? 1 }

    func place(terms: String? = nil) -> Journey.Step {
        Journey.Step(path: "") { [self] writer in
            writer.field("orderId", orderId)
            writer.field("number", "\(shop.name.prefix(1).uppercased())-\(number)")
            writer.field("shop", shop.name)
            writer.field("customer", "cust-\(number % 40)")
            writer.field("contactRef", "contact-\(number % 40)")
            writer.field("country", shop.country)
            writer.field("currency", shop.currency)
            writer.field("locale", shop.locale)
            writer.field("terms", terms)
            writer.array("lines", ["l1", "l2"]) { writeLine($1, &$0) }
            writer.amounts([("shipping", shipping), ("tax", tax), ("discount", discount), ("total", total)], self)
            writer.object("metadata") { $0.field("channel", ["web", "app", "store"][number % 3]) }
            Self.window("promised", hours: 48, &writer)
            writer.field("taxIncluded", shop.isTaxIncluded)
        }
    }

    /// Another unit of the first line is wanted: `larger` is the draft after this.
    var edit: Journey.Step {
        let larger = larger
        return Journey.Step(path: "edit") { writer in
            writer.array("lines", ["l1"]) { larger.writeLine($1, &$0) }
            writer.amounts([("tax", larger.tax), ("discount", larger.discount), ("total", larger.total)], larger)
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

    /// Cancels whole lines, or all units that are open.
    func cancel(lines: [String]? = nil, because reason: String = "customer") -> Journey.Step {
        Journey.Step(path: "cancel") { [self] writer in
            if let lines { write(lines, &writer) }
            writer.field("reason", reason)
        }
    }

    var moves: Journey.Step {
        Journey.Step(path: "ship-to") { [self] writer in
            writer.field("contactRef", "contact-\(number % 40)-new")
            writer.field("country", shop.country)
        }
    }

    func note(_ text: String, _ visibility: String) -> Journey.Step {
        Journey.Step(path: "note") { writer in
            writer.field("text", text)
            writer.field("visibility", visibility)
        }
    }

    /// - Parameter version: of the event that raised the anomaly.
    func resolve(_ version: Int, _ note: String) -> Journey.Step {
        Journey.Step(path: "resolve-anomaly") { writer in
            writer.field("version", version)
            writer.field("note", note)
        }
    }

    /// - Parameter writeOff: the reason for which the shop gives up what is not settled; nil where all is settled.
    func close(writeOff: String? = nil) -> Journey.Step {
        Journey.Step(path: "close") { $0.field("writeOff", writeOff) }
    }

    func reopen(_ reason: String) -> Journey.Step {
        Journey.Step(path: "reopen") { $0.field("reason", reason) }
    }

    private func writeLine(_ line: String, _ writer: inout JSONWriter) {
        let goods = shop.goods[number % shop.goods.count]
        writer.object { writer in
            writer.field("lineId", line)
            writer.field("sku", "SKU-\(line)-\(shop.country)\(number % shop.goods.count)")
            writer.field("name", line == "l1" ? goods.small : goods.large)
            writer.field("quantity", quantity(of: line))
            writer.amounts([("unitPrice", (prices[line] ?? 0) * shop.scale)], self)
        }
    }

    /// Two hours, so many hours from now.
    static func window(_ name: StaticString, hours: Double, _ writer: inout JSONWriter) {
        writer.object(name) { writer in
            writer.field("earliest", Date(timeIntervalSinceNow: hours * 3600).ISO8601Format())
            writer.field("latest", Date(timeIntervalSinceNow: hours * 3600 + 7200).ISO8601Format())
        }
    }

    /// All units of the lines.
    func write(_ lines: [String], _ writer: inout JSONWriter) {
        writer.array("lines", lines) { writer, line in
            writer.object { writer in
                writer.field("lineId", line)
                writer.field("quantity", quantity(of: line))
            }
        }
    }
}

extension JSONWriter {
    /// Writes amounts in the currency of the draft's shop.
    mutating func amounts(_ amounts: [(name: StaticString, value: Int)], _ draft: Draft) {
        for (name, value) in amounts {
            object(name) { writer in
                writer.field("amount", value)
                writer.field("currency", draft.shop.currency)
            }
        }
    }
}
