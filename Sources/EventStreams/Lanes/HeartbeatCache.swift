import Orders

/// The newest id-only block for each audience and coding, shared by the heartbeats of thousands of streams.
struct HeartbeatCache {
    private struct Form: Hashable {
        let audience: Audience
        let beat: ControlFrame.Beat
        let isChunked: Bool
    }

    private var blocks: [Form: (seq: Int64, block: LaneBlock)] = [:]

    /// The id-only block for an event.
    ///
    /// - Parameter position: makes the position's text, if no such block is cached.
    mutating func block(at seq: Int64, for view: StreamView, position: () -> String) -> LaneBlock {
        let form = Form(audience: view.audience, beat: view.beat, isChunked: view.isChunked)
        if let known = blocks[form], known.seq == seq { return known.block }
        // The stream has passed this event already.
        let block = LaneBlock(view.framed(ControlFrame.cursor(position(), beat: view.beat)), through: 0)
        blocks[form] = (seq, block)
        return block
    }
}
