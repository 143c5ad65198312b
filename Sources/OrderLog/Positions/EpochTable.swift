/// One unbroken history of the log, from its first event to where the next epoch begins.
package struct Epoch: Sendable, Hashable {
    /// Order of opening, from 1. Several epochs may begin at the same event: restarts without appends between them.
    package let ordinal: Int64
    package let name: String
    /// The first event that was, or would be, written in this epoch.
    package let firstSeq: Int64

    package init(ordinal: Int64, name: String, firstSeq: Int64) {
        self.ordinal = ordinal
        self.name = name
        self.firstSeq = firstSeq
    }
}

/// What the log says of a position that a client brings back.
package enum PositionCheck: Sendable, Hashable {
    /// The client saw a prefix of this log and continues after this event.
    case good(Int64)
    /// No such epoch here: the client saw another history.
    case unknownEpoch
    /// Beyond the head of the current epoch.
    case ahead
    /// Beyond the last event of an epoch that has ended: the client saw events that no longer exist.
    case forked
}

/// All epochs of the log, in order of opening.
package struct EpochTable: Sendable, Hashable {
    package private(set) var epochs: [Epoch]

    package init(_ epochs: [Epoch] = []) {
        self.epochs = epochs.sorted { $0.ordinal < $1.ordinal }
    }

    /// The ordinal of the newest epoch known; 0 when there is none.
    package var newestOrdinal: Int64 { epochs.last?.ordinal ?? 0 }

    /// Adds epochs opened since; those already known are passed over.
    package mutating func merge(_ more: [Epoch]) {
        for epoch in more.sorted(by: { $0.ordinal < $1.ordinal }) where epoch.ordinal > newestOrdinal {
            epochs.append(epoch)
        }
    }

    /// The epoch in which an event was written: the newest that begins at or before it. For 0, that of the first event.
    package func epoch(of seq: Int64) -> Epoch? {
        let seq = max(seq, 1)
        var low = 0
        var high = epochs.count
        while low < high {
            let middle = (low + high) / 2
            if epochs[middle].firstSeq <= seq { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? epochs[low - 1] : nil
    }

    /// The position of an event. Before the first epoch is opened there is none to name it with.
    package func position(of seq: Int64) -> LogPosition {
        LogPosition(epoch: epoch(of: seq)?.name ?? "aaaaaaaa", seq: seq)
    }

    /// Holds a client's position against this history. An id of a known epoch is good up to that epoch's last event.
    ///
    /// - Parameter head: the last event that this reader can see.
    package func check(_ position: LogPosition, head: Int64) -> PositionCheck {
        guard let index = epochs.lastIndex(where: { $0.name == position.epoch }) else { return .unknownEpoch }
        guard index + 1 < epochs.count else { return position.seq <= head ? .good(position.seq) : .ahead }
        return position.seq < epochs[index + 1].firstSeq ? .good(position.seq) : .forked
    }

    /// The last event up to which this history and another are the same, when both have reached `seq`.
    package func commonPrefix(with other: EpochTable, upTo seq: Int64) -> Int64 {
        var common = seq
        for (mine, theirs) in zip(epochs, other.epochs) where mine != theirs {
            common = min(common, mine.firstSeq - 1, theirs.firstSeq - 1)
            return max(common, 0)
        }
        let longer = epochs.count > other.epochs.count ? epochs : other.epochs
        let shared = min(epochs.count, other.epochs.count)
        if shared < longer.count { common = min(common, longer[shared].firstSeq - 1) }
        return max(common, 0)
    }
}
