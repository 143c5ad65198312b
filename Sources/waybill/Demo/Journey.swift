import Foundation
import StrictJSON

/// The commands of one simulated order, in their sequence.
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
