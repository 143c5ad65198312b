/// The newest event that standbys have on their disks, by what looks at the primary have found.
///
/// A look sees the log's end and then reads the position up to which the primary has flushed its log of changes: all
/// commits that were visible lie before that position. Once standbys have reached it, all events of the look are
/// durable. Positions of one server mean nothing on another; a server that takes over opens an epoch, by which it is
/// told apart.
struct DurabilityWatermark: Sendable {
    /// A look whose position no standby has reached yet.
    private struct Look {
        let number: UInt64
        let at: ContinuousClock.Instant
        let seq: Int64
        let written: Int64
    }

    /// The most looks that wait. Beyond, every second one is forgotten, and its events become durable with the next.
    private static let capacity = 128

    /// The history of the server that was looked at; nil before the first session.
    private(set) var history: EpochTable?
    /// The last event that is known to be durable; nil where not even an empty log is.
    private(set) var seq: Int64?
    /// The number of the last look of which everything is durable.
    private(set) var lookNumber: UInt64 = 0
    /// The log's end by the last look.
    private(set) var head: Int64 = 0
    private var looks: [Look] = []

    /// The time of the oldest look that is not durable yet; nil where all are.
    var waitsSince: ContinuousClock.Instant? { looks.first?.at }

    /// Takes the history of a new session.
    ///
    /// - Parameters:
    ///   - head: the last event of the session's server.
    ///   - received: the last event that the server had as a standby, before it was promoted; nil for a server that was
    ///     none.
    mutating func begin(_ history: EpochTable, head: Int64, received: Int64?) {
        defer { self.history = history }
        guard history != self.history else { return }
        // Durable events stay durable as far as the server that took over has them.
        if let known = self.history, let seq { self.seq = min(head, history.commonPrefix(with: known, upTo: seq)) }
        if let received { seq = max(seq ?? 0, min(received, head)) }
        looks = []
    }

    /// Takes epochs that were opened on the server of the session.
    mutating func extend(to history: EpochTable) { self.history = history }

    /// Takes note of a look, and of the position that standbys have reached.
    ///
    /// - Parameters:
    ///   - number: counts the looks.
    ///   - seq: the log's last event.
    ///   - written: the position up to which the primary's own disk had the log of changes, read after `seq`.
    ///   - flushed: the position that standbys have reached; nil where none counts.
    mutating func take(
        look number: UInt64,
        at now: ContinuousClock.Instant,
        seq: Int64,
        written: Int64,
        flushed: Int64?
    ) {
        head = seq
        looks.append(Look(number: number, at: now, seq: seq, written: written))
        if let flushed {
            let reached = looks.prefix { $0.written <= flushed }
            if let last = reached.last {
                self.seq = max(self.seq ?? 0, last.seq)
                lookNumber = last.number
                looks.removeFirst(reached.count)
            }
        }
        guard looks.count > Self.capacity else { return }
        // The oldest stays, since its time tells the lag, and the newest.
        looks = looks.enumerated().filter { $0.offset.isMultiple(of: 2) || $0.offset == looks.count - 1 }.map(\.element)
    }

    /// The last event that is durable and belongs to a history; nil where not even an empty log is durable.
    func seq(in history: EpochTable) -> Int64? {
        guard let known = self.history, let seq else { return nil }
        return known == history ? seq : history.commonPrefix(with: known, upTo: seq)
    }
}
