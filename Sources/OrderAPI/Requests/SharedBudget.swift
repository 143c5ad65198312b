import Synchronization

/// The memory or disk space that the requests of all callers share.
///
/// A caller holds at most a fraction of what is still free, and all callers of the same shops together hold at most
/// another one. So a caller of other shops finds room, unless those of very many shops fill the budget together.
final class SharedBudget: Sendable {
    /// A caller, with the shops of its token.
    struct Holder: Sendable, Hashable {
        let caller: String
        let shops: String
    }

    private struct State {
        var used = 0
        var callers: [Holder: Int] = [:]
        var shops: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let limit: Int
    private let callerDivisor: Int
    private let shopsDivisor: Int

    /// - Parameters:
    ///   - limit: in bytes.
    ///   - callerDivisor: a caller holds at most the free bytes divided by this, so alone at most one part of
    ///     `callerDivisor + 1`.
    ///   - shopsDivisor: the same for all callers of the same shops.
    init(limit: Int, callerDivisor: Int, shopsDivisor: Int) {
        self.limit = limit
        self.callerDivisor = callerDivisor
        self.shopsDivisor = shopsDivisor
    }

    /// The part of the budget that a caller may take.
    func share(of holder: Holder) -> Share { Share(budget: self, holder: holder) }

    /// The part of a budget that one caller may take.
    struct Share: Sendable {
        fileprivate let budget: SharedBudget
        fileprivate let holder: Holder

        /// Takes some bytes.
        ///
        /// - Returns: false where the caller, or those of its shops, would hold too much; nothing is taken then.
        func take(_ byteCount: Int) -> Bool { budget.take(byteCount, for: holder) }

        /// Gives bytes back that were taken.
        func giveBack(_ byteCount: Int) { budget.giveBack(byteCount, of: holder) }
    }

    private func take(_ byteCount: Int, for holder: Holder) -> Bool {
        state.withLock { state in
            let free = limit - state.used - byteCount
            let ofCaller = state.callers[holder, default: 0] + byteCount
            let ofShops = state.shops[holder.shops, default: 0] + byteCount
            guard ofCaller <= free / callerDivisor, ofShops <= free / shopsDivisor else { return false }
            state.used += byteCount
            state.callers[holder] = ofCaller
            state.shops[holder.shops] = ofShops
            return true
        }
    }

    private func giveBack(_ byteCount: Int, of holder: Holder) {
        guard byteCount > 0 else { return }
        state.withLock { state in
            state.used -= byteCount
            Self.subtract(byteCount, from: &state.callers[holder])
            Self.subtract(byteCount, from: &state.shops[holder.shops])
        }
    }

    /// Forgets a holder that holds nothing any more.
    private static func subtract(_ byteCount: Int, from held: inout Int?) {
        let rest = (held ?? 0) - byteCount
        held = rest > 0 ? rest : nil
    }
}
