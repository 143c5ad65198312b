import Synchronization

/// What this process knows of the command ids of days past, so that a batch need not ask each day's partition for each of
/// its ids: a log of ninety days would otherwise append at a fraction of a new log's speed.
package final class CommandIdFilterCache: Sendable {
    /// Holds every id recorded before a day began.
    struct Snapshot: Sendable {
        /// The day, as `2026-11-24`, in UTC: everything recorded before it is in the filter.
        let day: String
        let filter: BloomFilter
        /// The history when it was made: in a database that was put back, other ids are old.
        let history: EpochTable
    }

    private let state = Mutex<Snapshot?>(nil)

    package init() {}

    func replace(with snapshot: Snapshot) { state.withLock { $0 = snapshot } }

    /// The day covered at present; nil before the first reading.
    package var day: String? { state.withLock { $0?.day } }

    /// Ids that are covered.
    var count: Int { state.withLock { $0?.filter.count ?? 0 } }

    /// The snapshot, if it belongs to this history.
    func snapshot(in epochs: EpochTable) -> Snapshot? {
        state.withLock { $0?.history == epochs ? $0 : nil }
    }
}
