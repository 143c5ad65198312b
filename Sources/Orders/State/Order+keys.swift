/// The values by which an order is found.
extension Order {
    /// The carriers of the parcels, each once, in the order of the parcels.
    package var carriers: [String] {
        distinct(parcels.flatMap { $0.trackings.compactMap(\.carrier) } + returns.compactMap(\.tracking.carrier))
    }

    /// The tracking numbers of parcels and returns, current and former, each once in the form in which they are
    /// compared.
    package var trackingKeys: [String] {
        distinct(
            parcels.flatMap { $0.trackings.compactMap(\.numberKey) }
                + returns.flatMap { $0.formerKeys + [$0.tracking.numberKey].compactMap { $0 } }
        )
    }

    private func distinct(_ texts: [String]) -> [String] {
        // Compared as bytes, as SQL compares them.
        var seen: Set<[UInt8]> = []
        return texts.filter { seen.insert(Array($0.utf8)).inserted }
    }
}
