import StrictJSON

/// The commands of one simulated order, in their sequence.
struct Journey: Sendable {
    /// A command: its path behind the order (empty for placing it, or the whole path), and its fields.
    struct Step: Sendable {
        let path: String
        let body: @Sendable (inout JSONWriter) -> Void
    }

    let orderId: String
    let shop: DemoShop
    private(set) var steps: [Step]

    init(orderId: String, shop: DemoShop, steps: [Step]) {
        self.orderId = orderId
        self.shop = shop
        self.steps = steps
    }

    /// A journey of the plot in one of the shops where the plot can happen.
    static func make(_ plot: Plot, number: Int) -> Journey {
        let shops = DemoShop.all.filter { plot != .taxOnTop || !$0.isTaxIncluded }
        let draft = Draft(shop: shops[Int.random(in: 0..<shops.count)], number: number)
        return Journey(orderId: draft.orderId, shop: draft.shop, steps: draft.steps(of: plot))
    }

    /// The next command, taken off the journey; nil at its end.
    mutating func next() -> Step? { steps.isEmpty ? nil : steps.removeFirst() }

    /// The whole path of a step.
    func path(of step: Step) -> String {
        if step.path.isEmpty { return "/v1/orders" }
        return step.path.hasPrefix("/") ? step.path : "/v1/orders/\(orderId)/\(step.path)"
    }
}
