import Orders

/// The newest id-only block for each audience and coding, shared by the heartbeats of thousands of streams.
struct HeartbeatCache {
    private struct Form: Hashable {
        let audience: Audience
        let isChunked: Bool
    }

    private var blocks: [Form: LaneBlock] = [:]

    /// The id-only block for an event.
    ///
    /// - Parameter position: makes the position's text, if no such block is cached.
    mutating func block(at seq: Int64, for view: StreamView, position: () -> String) -> LaneBlock {
        let form = Form(audience: view.audience, isChunked: view.isChunked)
        if let block = blocks[form], block.through == seq { return block }
        let block = LaneBlock(view.framed(ControlFrame.cursor(position())), through: seq)
        blocks[form] = block
        return block
    }
}
