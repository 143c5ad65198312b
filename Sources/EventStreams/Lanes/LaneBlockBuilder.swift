import OrderLog

/// Joins frames to a block for one view.
struct LaneBlockBuilder {
    /// The bytes at which a block is full: about what a stalled client holds in memory.
    static let budget = 64 * 1024
    /// The multiple of positions at which a block that is not up to date ends, so that streams which began at different
    /// positions soon share blocks.
    private static let stretch: Int64 = 64

    private let view: StreamView
    private(set) var bytes: [UInt8] = []
    private(set) var frames = 0
    /// The last event that was added; 0 for none.
    private var lastShown: Int64 = 0

    init(for view: StreamView) { self.view = view }

    /// False when the block is full.
    var hasRoom: Bool { bytes.count < Self.budget }

    /// True when the block ends with an event although more events follow.
    func ends(at seq: Int64) -> Bool {
        !hasRoom || (seq % Self.stretch == 0 && !bytes.isEmpty)
    }

    /// Adds an event, if the view shows it.
    mutating func add(_ frame: EventFrame) {
        guard let encoded = view.encoded(frame) else { return }
        frames += 1
        lastShown = frame.event.seq
        guard view.isChunked else { return encoded.append(to: &bytes, plain: view.plain) }
        let start = view.plain ? encoded.plainStart : 0
        ChunkedCoding.begin(encoded.bytes.count - start, &bytes)
        encoded.append(to: &bytes, plain: view.plain)
        ChunkedCoding.endLine(&bytes)
    }

    /// Adds a change of a conflated stream: the event's own frame with the number of skipped events.
    mutating func add(_ change: Conflation.Change) {
        guard let encoded = change.frame.encoded(for: view.audience) else { return }
        frames += 1
        lastShown = change.frame.event.seq
        var frame: [UInt8] = []
        encoded.append(to: &frame, plain: view.plain, skipped: change.skipped)
        bytes += view.framed(frame)
    }

    /// The block with all that was added.
    ///
    /// - Parameter seq: the event up to which the block is complete.
    func block(through seq: Int64) -> LaneBlock {
        LaneBlock(bytes, through: seq, lastShown: lastShown, frames: frames)
    }
}
