import NIOCore

/// Chooses the connections that close so that others find a place: those of the addresses with the most places, and
/// those whose clients have let the service wait for the longest time. Pure.
struct ConnectionShedding {
    struct Candidate: Sendable, Equatable {
        let id: ObjectIdentifier
        /// The client's address; nil for one without a limit of its own, such as that of a proxy.
        let address: String?
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

    /// The time for which a client may let the service wait, unless its address has many of the places.
    static let grace = TimeAmount.seconds(5)

    /// The most descriptors of connections.
    private let ceiling: Int

    /// - Parameter ceiling: the most descriptors of connections.
    init(ceiling: Int) { self.ceiling = ceiling }

    /// The most connections of one address that may wait for their client beyond the grace.
    var waitingPerAddress: Int { ceiling / 4 }
    /// The most places of an address in which its clients keep the grace though places are short.
    var fewPlaces: Int { ceiling / 64 }

    /// The most places that one address may take: as many as it leaves to others, and a sixteenth of all in any case.
    ///
    /// - Parameter free: the places that are free now.
    func placesPerAddress(free: Int) -> Int { max(free, ceiling / 16) }

    /// Chooses connections of one address that has as many places as it may take: those that wait for their clients
    /// for the longest time.
    ///
    /// - Parameters:
    ///   - candidates: the connections of the address that wait for their client.
    ///   - taken: the places of the address.
    ///   - free: the places that are free now.
    /// - Returns: some more than would be needed for one new connection, so that not each one costs a search.
    func chooseOfOne(_ candidates: [Candidate], taken: Int, free: Int) -> [ObjectIdentifier] {
        let most = placesPerAddress(free: free)
        guard taken >= most else { return [] }
        let count = taken - most + 1 + most / 16
        return candidates.sorted { $0.waiting < $1.waiting }.prefix(count).map(\.id)
    }

    /// - Parameters:
    ///   - candidates: the connections that wait for their client.
    ///   - taken: the places of each address.
    ///   - shortage: the number of places that are wanted.
    func choose(
        from candidates: [Candidate],
        taken: [String: Int],
        shortage: Int,
        now: NIODeadline
    ) -> Chosen {
        let sorted = candidates.sorted { $0.waiting < $1.waiting }
        var chosen = Chosen()
        var (waiting, taken): ([String: Int], [String: Int]) = ([:], taken)
        for candidate in candidates {
            if let address = candidate.address { waiting[address, default: 0] += 1 }
        }
        var kept: [Candidate] = []
        for candidate in sorted {
            if let address = candidate.address, waiting[address, default: 0] > waitingPerAddress,
                now - candidate.waiting >= Self.grace
            {
                waiting[address, default: 0] -= 1
                taken[address, default: 0] -= 1
                chosen.ofAddresses.append(candidate.id)
            } else {
                kept.append(candidate)
            }
        }
        guard shortage > chosen.count else { return chosen }
        // Those of the addresses with the most places first, then those that are idle for longest.
        let level = Shares.level(of: taken.values, removing: shortage - chosen.count, least: fewPlaces)
        var old: [ObjectIdentifier] = []
        for candidate in kept {
            if let address = candidate.address, taken[address, default: 0] > level, chosen.count < shortage {
                taken[address, default: 0] -= 1
                chosen.forPlaces.append(candidate.id)
            } else if now - candidate.waiting >= Self.grace {
                old.append(candidate.id)
            }
        }
        chosen.forPlaces += old.prefix(max(0, shortage - chosen.count))
        return chosen
    }
}
