/// All epochs of the log, in order of opening.
package struct EpochTable: Sendable, Hashable {
    package private(set) var epochs: [Epoch]

    package init(_ epochs: [Epoch] = []) {
        self.epochs = epochs.sorted { $0.ordinal < $1.ordinal }
    }

    /// The ordinal of the newest known epoch; 0 when there is none.
    package var newestOrdinal: Int64 { epochs.last?.ordinal ?? 0 }

    /// True where this history is the other one, or what became of it.
    package func continues(_ other: EpochTable) -> Bool { epochs.starts(with: other.epochs) }

    /// True where this history is an earlier state of the other one. A server that is restored, promoted or restarted
    /// opens an epoch of its own before its history is read, so that this is the history of a former server, such as an
    /// old primary that still runs after a failover.
    package func isFormer(of other: EpochTable) -> Bool {
        epochs.count < other.epochs.count && other.continues(self)
    }

    /// Adds epochs that were opened since; known ones are skipped.
    package mutating func merge(_ more: [Epoch]) {
        for epoch in more.sorted(by: { $0.ordinal < $1.ordinal }) where epoch.ordinal > newestOrdinal {
            epochs.append(epoch)
        }
    }

    /// The epoch in which an event was written: the newest that begins at or before the event. For 0, the epoch of
    /// event 1.
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

    /// The position of an event. Before the first epoch is opened, the name is `aaaaaaaa`.
    package func position(of seq: Int64) -> LogPosition {
        LogPosition(epoch: epoch(of: seq)?.name ?? "aaaaaaaa", seq: seq)
    }

    /// Compares a client's position with this history. A position of a known epoch is good up to that epoch's last
    /// event.
    ///
    /// - Parameter head: the number of the last event that the caller can see.
    package func check(_ position: LogPosition, head: Int64) -> PositionCheck {
        guard let index = epochs.lastIndex(where: { $0.name == position.epoch }) else { return .unknownEpoch }
        guard index + 1 < epochs.count else { return position.seq <= head ? .good(position.seq) : .ahead }
        return position.seq < epochs[index + 1].firstSeq ? .good(position.seq) : .forked
    }

    /// The number of the last event that this history and another have in common, when both have reached `seq`.
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
