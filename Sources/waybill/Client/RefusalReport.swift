import Synchronization

/// Says which lines were refused: the first of an order in full, and one line for all of that order that follow because
/// the order is not there.
final class RefusalReport: Sendable {
    /// Orders that are remembered at most: a file of a million refused orders must not fill the memory.
    private static let mostOrders = 10_000

    private struct State {
        /// Lines refused because the order is not there, by the orders that were refused before.
        var followers: [String: Int] = [:]
        /// The orders in the sequence of their first refusals.
        var orders: [String] = []
    }

    private let state = Mutex(State())
    private let say: @Sendable (String) -> Void

    init(say: @escaping @Sendable (String) -> Void) {
        self.say = say
    }

    func add(_ line: RefusedLine) {
        let isNew = state.withLock { state in
            guard let order = line.orderId else { return true }
            if let count = state.followers[order] {
                guard line.isForUnknownOrder else { return true }
                state.followers[order] = count + 1
                return false
            }
            guard state.orders.count < Self.mostOrders else { return true }
            state.followers[order] = 0
            state.orders.append(order)
            return true
        }
        if isNew { say("line \(line.number): \(line.text)") }
    }

    /// Says what was counted and not said.
    func finish() {
        let followers = state.withLock { state in state.orders.map { ($0, state.followers[$0] ?? 0) } }
        for (order, count) in followers where count > 0 {
            let lines = count == 1 ? "1 more line" : "\(count) more lines"
            say("order \(order) is not there, so \(lines) for it were refused as well")
        }
    }
}
