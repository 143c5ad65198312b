import Foundation
import StrictJSON

/// What happens to one simulated order, command by command.
struct Journey: Sendable {
    /// A command: its path behind the order (empty for placing it), and its fields.
    struct Step: Sendable {
        let path: String
        let body: @Sendable (inout JSONWriter) -> Void
    }

    let orderId: String
    let shop: DemoShop
    private(set) var steps: [Step]

    /// The next command, taken off the journey; nil at its end.
    mutating func next() -> Step? { steps.isEmpty ? nil : steps.removeFirst() }

    init(orderId: String, shop: DemoShop, steps: [Step]) {
        self.orderId = orderId
        self.shop = shop
        self.steps = steps
    }
}

/// A shop of the demonstration, with its own money and language.
struct DemoShop: Sendable {
    let name: String
    let country: String
    let currency: String
    let locale: String
    let carrier: String
    /// Minor units of the currency in a unit that people count in.
    let scale: Int

    static let all = [
        DemoShop(name: "aurora", country: "DE", currency: "EUR", locale: "de-DE", carrier: "dhl", scale: 100),
        DemoShop(name: "aurora", country: "FR", currency: "EUR", locale: "fr-FR", carrier: "chronopost", scale: 100),
        DemoShop(name: "nordwind", country: "GB", currency: "GBP", locale: "en-GB", carrier: "royalmail", scale: 100),
        DemoShop(name: "nordwind", country: "US", currency: "USD", locale: "en-US", carrier: "ups", scale: 100),
        DemoShop(name: "kumo", country: "JP", currency: "JPY", locale: "ja-JP", carrier: "yamato", scale: 1),
        DemoShop(name: "kumo", country: "EG", currency: "USD", locale: "ar-EG", carrier: "aramex", scale: 100),
    ]

    static let names: Set<String> = Set(all.map(\.name))
}
