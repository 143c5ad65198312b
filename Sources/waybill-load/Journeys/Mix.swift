/// The demonstration's mix of commands, rendered once and then only filled in.
final class Mix {
    enum Form {
        /// Requests of their own, with this token.
        case requests(token: String)
        /// Lines of a bulk request.
        case lines
    }

    /// One order under way.
    struct Order {
        let key: OrderKey
        fileprivate let journey: Int
        fileprivate var step = 0
    }

    private var journeys: [[Template]] = []
    private var byPlot: [Plot: [Int]] = [:]
    private var random: QuickRandom
    private var number: Int
    private let oneToOne: Bool
    private(set) var times = TimestampTemplate()

    /// - Parameters:
    ///   - oneToOne: only journeys whose every command appends exactly one event.
    ///   - seed: makes orders different from those of another mix.
    init(_ form: Form, oneToOne: Bool = false, seed: UInt64 = .random(in: .min ... .max)) {
        self.oneToOne = oneToOne
        random = QuickRandom(seed: seed)
        number = Int(seed % 90_000_000)
        for plot in Plot.allCases {
            for shop in LoadShop.all {
                byPlot[plot, default: []].append(journeys.count)
                journeys.append(
                    plot.steps(shop).enumerated().map { index, step in
                        switch form {
                        case .requests(let token): step.request(index, token: token)
                        case .lines: step.line(index)
                        }
                    }
                )
            }
        }
    }

    func newOrder() -> Order {
        var plot = Plot.pick(&random)
        while oneToOne && !plot.isOneToOne { plot = Plot.pick(&random) }
        let candidates = byPlot[plot] ?? []
        number += 1
        let key = OrderKey(milliseconds: times.milliseconds, number: number, random: &random)
        return Order(key: key, journey: candidates[Int.random(in: 0..<candidates.count, using: &random)])
    }

    /// Appends the order's next command.
    ///
    /// - Returns: whether more follow.
    func append(_ order: inout Order, to buffer: inout [UInt8]) -> Bool {
        let steps = journeys[order.journey]
        steps[order.step].render(order.key, times, into: &buffer)
        order.step += 1
        return order.step < steps.count
    }

    /// To be called before a round of commands.
    func refreshTimes() { times.refresh() }

    func pick(below count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}
