import Crypto
package import OrderLog

/// A history of the log as messages tell it: so short that each message has one, and enough to recognise the history,
/// or what became of it.
///
/// The digest is of all epochs, so that two histories with the same proof are the same. The newest epochs stand there
/// in full, so that who knows the history before them learns of them.
package struct HistoryProof: Sendable, Hashable {
    /// The number of epochs.
    let count: Int
    /// The first 16 bytes of SHA-256 over all epochs.
    let digest: [UInt8]
    /// The newest epochs, the newest last.
    let newest: [Epoch]

    static let digestLength = 16
    /// The most epochs told in full.
    static let newestLimit = 8

    init(count: Int, digest: [UInt8], newest: [Epoch]) {
        self.count = count
        self.digest = digest
        self.newest = newest
    }

    package init(_ history: EpochTable) {
        self.init(
            count: history.epochs.count,
            digest: Self.digest(history.epochs[...]),
            newest: Array(history.epochs.suffix(Self.newestLimit))
        )
    }

    /// The relation of the history that is proven to one that is known.
    package enum Relation: Sendable, Hashable {
        case same
        /// The known history with further epochs.
        case continues(EpochTable)
        /// An earlier state of the known history, such as an old primary's after a failover.
        case former
        /// Another history, or one of which too much is missing.
        case other
    }

    package func relation(to known: EpochTable) -> Relation {
        if count < known.epochs.count {
            return digest == Self.digest(known.epochs.prefix(count)) ? .former : .other
        }
        let longer = known.epochs + newest.suffix(count - known.epochs.count)
        guard longer.count == count, digest == Self.digest(longer[...]) else { return .other }
        return count == known.epochs.count ? .same : .continues(EpochTable(longer))
    }

    private static func digest(_ epochs: ArraySlice<Epoch>) -> [UInt8] {
        var hash = SHA256()
        for epoch in epochs {
            hash.update(data: Array("\(epoch.ordinal) \(epoch.name) \(epoch.firstSeq)\n".utf8))
        }
        return Array(hash.finalize().prefix(digestLength))
    }
}
