import OrderLog

/// Conflated streams: what they show of a stretch is each changed order's newest event, so those at the same place may share it
/// like any other block.
extension LaneLoop {
    /// What a group's streams show of the ring after a cursor; no more than may be held at once.
    func conflated(_ group: Int32, after cursor: Int64) -> LaneBlock {
        let view = groups[group].view
        var conflation = Conflation()
        let through = conflation.take(ring, after: cursor, of: view)
        return LaneBlock(&conflation, of: view, through: through)
    }

    /// What was read of the log for a conflated stream, if it was.
    func conflatedBlock(of index: Int, after cursor: Int64) -> LaneBlock? {
        let group = slots[index].group
        guard let block = groups[group].blocks.block(after: cursor), block.through > cursor else { return nil }
        if groups[group].members.count == 1 { groups[group].blocks.removeAll() }
        return block
    }

    func keepConflated(_ block: LaneBlock, of view: StreamView, after cursor: Int64) {
        guard let group = groups.known(view) else { return }
        groups[group].blocks.insert(block, after: cursor)
    }
}

extension LaneBlock {
    convenience init(_ conflation: inout Conflation, of view: StreamView, through: Int64) {
        var builder = LaneBlockBuilder(view)
        for change in conflation.tick() { builder.add(change) }
        self.init(builder.bytes, through: through, frames: builder.frames)
    }
}
