import NIOCore

/// Chooses the connections that close so that others find a place: those whose clients have let the service wait for
/// the longest time. Pure.
struct ConnectionShedding {
    struct Candidate: Sendable, Equatable {
        let id: ObjectIdentifier
        let address: String
        /// The time since when the client's turn has been.
        let waiting: NIODeadline
    }

    /// The connections that close.
    struct Chosen: Equatable {
        /// Those of addresses that have too many.
        var ofAddresses: [ObjectIdentifier] = []
        /// Those whose places are wanted.
        var forPlaces: [ObjectIdentifier] = []

        var count: Int { ofAddresses.count + forPlaces.count }
    }

    /// The time for which every client may let the service wait.
    static let grace = TimeAmount.seconds(5)

    /// The most connections of one address that may wait for their client.
    let perAddress: Int
    /// Addresses without that limit, such as those of proxies.
    let isExempt: @Sendable (_ address: String) -> Bool

    /// - Parameters:
    ///   - candidates: the connections that wait for their client.
    ///   - shortage: the number of places that are wanted.
    func choose(from candidates: [Candidate], shortage: Int, now: NIODeadline) -> Chosen {
        var counts: [String: Int] = [:]
        for candidate in candidates { counts[candidate.address, default: 0] += 1 }
        let oldest = candidates.filter { now - $0.waiting >= Self.grace }.sorted { $0.waiting < $1.waiting }
        var chosen = Chosen()
        var kept: [ObjectIdentifier] = []
        for candidate in oldest {
            if counts[candidate.address, default: 0] > perAddress, !isExempt(candidate.address) {
                counts[candidate.address, default: 0] -= 1
                chosen.ofAddresses.append(candidate.id)
            } else {
                kept.append(candidate.id)
            }
        }
        chosen.forPlaces = Array(kept.prefix(max(0, shortage - chosen.count)))
        return chosen
    }
}
