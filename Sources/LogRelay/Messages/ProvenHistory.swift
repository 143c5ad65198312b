import OrderLog
import Synchronization

/// A history that is known, with its proof, and the last judgement of another proof: all epochs are digested once for
/// each change of either history, and not for each message.
struct ProvenHistory: Sendable {
    let table: EpochTable
    let proof: HistoryProof
    private var judged: (proof: HistoryProof, relation: HistoryProof.Relation)?
    /// The number of histories that were digested.
    private(set) var digestCount = 1

    init(_ table: EpochTable) {
        self.table = table
        proof = HistoryProof(table)
    }

    /// The relation of the history that a message proves to this one.
    mutating func relation(of other: HistoryProof) -> HistoryProof.Relation {
        if other == proof { return .same }
        if let judged, judged.proof == other { return judged.relation }
        let relation = other.relation(to: table)
        digestCount += 1
        judged = (other, relation)
        return relation
    }
}

/// The proof of the history that a sender knows, kept until that history changes.
final class KeptProof: Sendable {
    private struct State {
        var last: ProvenHistory?
        var digestCount = 0
    }

    private let state = Mutex(State())

    /// The number of histories that were digested.
    var digestCount: Int { state.withLock { $0.digestCount } }

    func proof(of history: EpochTable) -> HistoryProof {
        state.withLock { state in
            if let last = state.last, last.table == history { return last.proof }
            let proven = ProvenHistory(history)
            state = State(last: proven, digestCount: state.digestCount + 1)
            return proven.proof
        }
    }
}
