/// A generator of commands in a mix like the demonstration's. Templates are rendered once; a command fills in fields.
final class CommandMix {
    /// The form of the commands.
    enum Form {
        /// One request for each command, with this token.
        case requests(token: String)
        /// Lines of a bulk request.
        case lines
    }

    /// An order under way.
    struct Order {
        let key: OrderIdentity
        /// The index of the journey in `templates`.
        fileprivate let journeyIndex: Int
        /// The index of the next command in the journey.
        fileprivate var step = 0
    }

    /// The templates of every journey in every shop.
    private var templates: [[CommandTemplate]] = []
    /// The indices in `templates` of each journey.
    private var indices: [Journey: [Int]] = [:]
    private var random: SplitMix64
    private var number: Int
    private let oneToOne: Bool
    private(set) var times = TimestampTexts()

    /// - Parameters:
    ///   - form: the form of the commands.
    ///   - oneToOne: true for only those journeys whose every command appends exactly one event.
    ///   - seed: the seed of the random choices. Mixes with different seeds make different orders.
    init(_ form: Form, oneToOne: Bool = false, seed: UInt64 = .random(in: .min ... .max)) {
        self.oneToOne = oneToOne
        random = SplitMix64(seed: seed)
        number = Int(seed % 90_000_000)
        for journey in Journey.allCases {
            for shop in LoadShop.all {
                indices[journey, default: []].append(templates.count)
                templates.append(
                    journey.steps(in: shop).enumerated().map { index, step in
                        switch form {
                        case .requests(let token): step.request(index, token: token)
                        case .lines: step.line(index)
                        }
                    }
                )
            }
        }
    }

    /// Begins an order with a journey, a shop and an id at random.
    func newOrder() -> Order {
        var journey = Journey.pick(&random)
        while oneToOne && !journey.isOneToOne { journey = Journey.pick(&random) }
        let candidates = indices[journey] ?? []
        number += 1
        let key = OrderIdentity(milliseconds: times.milliseconds, number: number, random: &random)
        return Order(key: key, journeyIndex: candidates[Int.random(in: 0..<candidates.count, using: &random)])
    }

    /// Appends the order's next command.
    ///
    /// - Returns: true where more commands follow.
    func append(_ order: inout Order, to buffer: inout [UInt8]) -> Bool {
        let steps = templates[order.journeyIndex]
        steps[order.step].render(order.key, times, into: &buffer)
        order.step += 1
        return order.step < steps.count
    }

    /// Updates the times in commands. Must be called before each round of commands.
    func refreshTimes() { times.refresh() }

    /// Picks a number at random.
    func pick(below count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}
