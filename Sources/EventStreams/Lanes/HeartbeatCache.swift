import Orders

/// The newest id-only blocks, for thousands of heartbeats at the same place.
struct HeartbeatCache {
    private struct Form: Hashable {
        let audience: Audience
        let isChunked: Bool
    }

    private var known: [Form: LaneBlock] = [:]

    mutating func block(at seq: Int64, for view: StreamView, _ text: () -> String) -> LaneBlock {
        let form = Form(audience: view.audience, isChunked: view.isChunked)
        if let block = known[form], block.through == seq { return block }
        let block = LaneBlock(view.framed(ControlFrame.cursor(text())), through: seq)
        known[form] = block
        return block
    }
}
