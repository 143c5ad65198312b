import OrderLog

/// The source of a lane's blocks: the recent events, the pages that were read from the log, and the heartbeats. A block
/// is made once for all streams of a group that need it. Not copyable, so that no access copies what it keeps.
struct LaneBlockSource: ~Copyable {
    private(set) var recent: RecentEventsMirror
    private let positionEncoder: PositionEncoder
    private var pages = LanePages()
    private var heartbeats = HeartbeatCache()

    /// - Parameter capacity: the most bytes of recent events that are kept, as in the hub.
    init(capacity: Int, positionEncoder: PositionEncoder) {
        recent = RecentEventsMirror(capacity: capacity)
        self.positionEncoder = positionEncoder
    }

    // MARK: Events

    mutating func setHistory(_ history: EpochTable) { recent.setHistory(history) }

    mutating func append(_ frames: [EventFrame]) { recent.append(frames) }

    /// Forgets the recent events, since the hub no longer has those that follow them.
    mutating func skip(to floor: Int64) { recent.skip(to: floor) }

    /// Forgets what was made of events after a fork.
    mutating func fork(after seq: Int64) {
        recent.fork(after: seq)
        pages = LanePages()
        heartbeats = HeartbeatCache()
    }

    // MARK: Blocks

    /// The block of the recent events after a cursor.
    func recentBlock(of group: Int32, in groups: inout LaneGroups, after cursor: Int64) -> LaneBlock {
        if let known = groups.cachedBlock(of: group, after: cursor, end: recent.events.end) { return known }
        return groups.cache(.of(recent.events, after: cursor, for: groups[group].view), of: group, after: cursor)
    }

    /// The block of what was read from the log; nil when the log must be read first.
    func logBlock(of group: Int32, in groups: inout LaneGroups, after cursor: Int64) -> LaneBlock? {
        let view = groups[group].view
        if view.filter.tick != nil { return groups.takeConflatedBlock(of: group, after: cursor) }
        guard let page = pages.page(for: view, after: cursor) else { return nil }
        if let known = groups[group].blocks.block(after: cursor) { return known }
        return groups.cache(.of(page, after: cursor, for: view), of: group, after: cursor)
    }

    /// The id-only block for an event.
    mutating func heartbeat(at seq: Int64, for view: StreamView) -> LaneBlock {
        let (history, positionEncoder) = (recent.history, positionEncoder)
        return heartbeats.block(at: seq, for: view) { positionEncoder(history.position(of: seq), for: view.audience) }
    }

    /// The last block of a stream.
    ///
    /// - Parameters:
    ///   - seq: the event whose id the client gets; nil for a stream whose position is invalid.
    ///   - retry: the milliseconds after which the client should return.
    func farewell(
        _ reason: ControlFrame.ByeReason,
        at seq: Int64?,
        retry: Int,
        after cursor: Int64,
        for view: StreamView
    ) -> LaneBlock {
        let position = seq.map { positionEncoder(recent.history.position(of: $0), for: view.audience) }
        return .farewell(reason, position: position, retry: retry, after: cursor, for: view)
    }

    // MARK: Reads of the log

    /// The read that brings the block of the events after a cursor.
    func read(for view: StreamView, after cursor: Int64) -> LaneRead {
        view.filter.tick != nil ? .conflated(view, after: cursor) : pages.read(for: view, after: cursor)
    }

    /// Keeps what was read, for the streams that need it next.
    mutating func keep(_ outcome: LaneReads.Outcome, of read: LaneRead, in groups: inout LaneGroups) {
        switch (outcome, read) {
        case (.page(let page), _): pages.insert(page, for: read)
        case (.conflated(let block, _), .conflated(let view, let after)):
            if let group = groups.feed(for: view) { groups[group].blocks.insert(block, after: after) }
        default: break
        }
    }
}
