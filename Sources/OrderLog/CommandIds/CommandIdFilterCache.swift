import Synchronization

/// The filter of the command ids of past days, shared by this process's appender and the loader that fills it.
///
/// With it a batch need not look for each of its ids in each day's partition: a log of ninety days would otherwise
/// append at a fraction of a new log's speed.
package final class CommandIdFilterCache: Sendable {
    /// Every command id that was recorded before a day began.
    struct Snapshot: Sendable {
        /// The day in UTC, as `2026-11-24`: the filter holds every id recorded before it.
        let day: String
        let filter: BloomFilter
        /// The history in which the ids were read. After a restore from a backup other ids are in the log.
        let history: EpochTable
    }

    private let state = Mutex<Snapshot?>(nil)

    package init() {}

    func replace(with snapshot: Snapshot) { state.withLock { $0 = snapshot } }

    /// The day before which ids are known; nil until the ids have been read once.
    package var day: String? { state.withLock { $0?.day } }

    /// The number of ids in the filter.
    var count: Int { state.withLock { $0?.filter.count ?? 0 } }

    /// The snapshot, if it was read in this history.
    func snapshot(in epochs: EpochTable) -> Snapshot? {
        state.withLock { $0?.history == epochs ? $0 : nil }
    }
}
