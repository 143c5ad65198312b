import Orders

/// The newest id-only blocks, for thousands of heartbeats at the same place.
struct LaneCursors {
    private var known: [Audience: LaneBlock] = [:]

    mutating func block(at seq: Int64, for audience: Audience, _ text: () -> String) -> LaneBlock {
        if let block = known[audience], block.through == seq { return block }
        let block = LaneBlock(LaneBlockBuilder.chunk(ControlFrame.cursor(text())), through: seq)
        known[audience] = block
        return block
    }
}
