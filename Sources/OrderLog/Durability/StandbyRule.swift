/// The rule by which the flush positions of standbys make a commit durable.
///
/// Standbys that `synchronous_standby_names` names count alone: one of them is promoted. Of a list by priority all that
/// are synchronous now must have the commit, of a list by quorum as many as the list asks for. With an empty setting
/// the standby that is ahead counts: the one to promote. Logical subscribers never count, and neither do the tools that
/// receive the log of changes into files and replay nothing, unless the setting names them.
struct StandbyRule: Sendable, Equatable {
    /// A connection that receives the server's log of changes.
    struct Receiver: Sendable, Equatable {
        /// As `pg_stat_replication.sync_state`.
        let syncState: String
        /// The position up to which the receiver has the log of changes on its disk, in bytes; nil where it has told
        /// none.
        let flushed: Int64?
        /// The receiver is a server, which replays what it receives.
        let replays: Bool
    }

    /// The outcome of the rule for the receivers of one moment.
    struct Outcome: Sendable, Equatable {
        /// The standbys that count.
        let standbys: Int
        /// The position up to which commits are durable; nil where none is.
        let flushed: Int64?
    }

    private let names: String

    /// - Parameter names: the server's `synchronous_standby_names`.
    init(names: String) {
        self.names = names
    }

    /// - Parameter receivers: the physical ones that stream.
    func outcome(of receivers: [Receiver]) -> Outcome {
        guard names.contains(where: { !$0.isWhitespace }) else {
            let standbys = receivers.filter(\.replays)
            return Outcome(standbys: standbys.count, flushed: standbys.compactMap(\.flushed).max())
        }
        let standbys = receivers.filter { ["sync", "quorum"].contains($0.syncState) }
        // The highest position that so many of them have reached. Synchronous by priority are only as many as needed.
        let flushed = standbys.compactMap(\.flushed).sorted(by: >)
        return Outcome(standbys: standbys.count, flushed: flushed.count < needed ? nil : flushed[needed - 1])
    }

    /// The number of standbys that must have a commit: that before the list in parentheses, or 1.
    private var needed: Int {
        guard let head = names.split(separator: "(", maxSplits: 1).first, head.count < names.count else { return 1 }
        let number = head.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
        return max(1, number ?? 1)
    }
}
