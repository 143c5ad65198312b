@testable import Orders

/// A generator of commands with few ids. Most commands fit the order's state and lead deep into its life; the others
/// repeat, contradict and misplace what was said.
struct CommandGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// The next command: mostly one that the order would take, sometimes any.
    mutating func next(for order: Order) -> (name: CommandName, body: String) {
        let step = nextStep(for: order)
        return (step.name, step.body)
    }

    mutating func nextStep(for order: Order) -> Step {
        guard order.version > 0 else {
            return random.chance(20) ? wild(random.pick(CommandName.allCases), order) : placement()
        }
        if random.chance(15) { return wild(random.pick(CommandName.allCases), order) }
        let names = order.allowedCommands(for: .backend).flatMap { name in
            Array(repeating: name, count: Self.weight(of: name))
        }
        return names.isEmpty ? placement() : fitting(random.pick(names), order)
    }

    /// The frequency of a command among those that the order would take.
    private static func weight(of name: CommandName) -> Int {
        switch name {
        case .packParcel, .dispatchParcel, .closeOrder: 12
        case .recordScan: 16
        case .confirmOrder, .releaseHold, .recordPayment: 10
        case .decideReturn, .receiveReturn, .requestReturn: 5
        case .reopenOrder, .endParcel, .reportShortage, .retractScan: 3
        case .addNote, .setMetadata, .editOrder, .adjustTotal, .setTracking, .reviseEta: 2
        default: 1
        }
    }

    /// A placement: one unit, so that whole orders come back, or several lines with tax, coupons and free goods.
    private mutating func placement() -> Step {
        let terms = random.pick(["prepaid", "prepaid", "onDelivery", "invoice"])
        let a = random.pick(["1", "2", "3"])
        let step: Step =
            switch number(5) {
            case 1, 2: .place([lineBody("a", quantity: "1")], shipping: 300, tax: 200, discount: 100, total: 1400)
            case 3:
                .place(
                    [
                        lineBody("a", quantity: a, price: money(0), #""lineTotal":\#(money(1000))"#),
                        lineBody("b", quantity: "2", price: money(333)),
                    ],
                    tax: 177,
                    discount: 50,
                    total: 1793
                )
            case 4: .place([lineBody("a", quantity: a, price: money(0))], total: 0)
            default: Self.fullPlacement
            }
        let placed = step.saying("terms", terms)
        return random.chance(5) ? placed.without("contactRef") : placed
    }

    /// A placement that says all that one can say.
    private static let fullPlacement = Step.place(
        [
            lineBody(
                "a",
                quantity: "2",
                price: money(1000),
                #""discount":\#(money(50)),"tax":\#(money(20)),"promised":\#(window(400))"#
            ),
            lineBody("b", quantity: "1", price: money(499), #""lineTotal":\#(money(500))"#),
        ],
        shipping: 300,
        tax: 200,
        discount: 100,
        total: 2950
    )
    .with("fees", #"[{"feeId":"wrap","name":"Gift wrap","amount":\#(money(50))}]"#)
    .with("promised", window(500)).with("taxIncluded", "false").with("metadata", #"{"k1":"v"}"#)
    .with("privateMetadata", #"{"k2":"secret"}"#)
    .with("relatesTo", #"{"orderId":"0192f0c1-0000-7000-8000-0000000000ff","kind":"exchange"}"#)

    mutating func number(_ most: Int) -> Int { Int.random(in: 1...most, using: &random) }

    mutating func word<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> String {
        random.pick(Array(type.allCases)).rawValue
    }

    /// One of these, or a made-up id of the kind.
    mutating func known(_ ids: [String], or kind: String, _ most: Int = 3) -> String {
        ids.isEmpty || random.chance(10) ? "\(kind)\(number(most))" : random.pick(ids)
    }
}
