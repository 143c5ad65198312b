import OrderLog

extension LaneLoop {
    /// What a group's streams show of the ring after a cursor, or the beginning of that.
    func blockOfRing(_ group: Int32, after cursor: Int64) -> LaneBlock {
        let known = groups[group].blocks.block(after: cursor)
        if groups[group].view.filter.tick != nil {
            // One that ends where another's tick was would make two ticks of one.
            if let known, known.through >= ring.end { return known }
            return keep(conflated(group, after: cursor), group, after: cursor)
        }
        if let known { return known }
        var builder = LaneBlockBuilder(groups[group].view)
        var through = ring.end
        if let orderId = groups[group].view.filter.orderId {
            for frame in ring.frames(of: orderId, after: cursor) {
                builder.add(frame)
                guard builder.hasRoom else {
                    through = frame.event.seq
                    break
                }
            }
        } else {
            ring.forEach(after: cursor) { frame in
                builder.add(frame)
                guard !Self.ends(builder, at: frame) else {
                    through = frame.event.seq
                    return false
                }
                return true
            }
        }
        return keep(LaneBlock(builder.bytes, through: through, frames: builder.frames), group, after: cursor)
    }

    /// The same of a page that was read from the log.
    func block(_ group: Int32, of page: StreamSource.Stretch, after cursor: Int64) -> LaneBlock {
        if let known = groups[group].blocks.block(after: cursor) { return known }
        var builder = LaneBlockBuilder(groups[group].view)
        var through = page.through
        let start = page.frames.partitioningIndex { $0.event.seq > cursor }
        for frame in page.frames[start...] {
            builder.add(frame)
            guard !Self.ends(builder, at: frame) else {
                through = frame.event.seq
                break
            }
        }
        return keep(LaneBlock(builder.bytes, through: through, frames: builder.frames), group, after: cursor)
    }

    /// An id-only block for a group's streams at that place.
    func cursor(at seq: Int64, _ group: Int32) -> LaneBlock {
        let view = groups[group].view
        return cursors.block(at: seq, for: view) { hub.text(history.position(of: seq), for: view.audience) }
    }

    private static func ends(_ builder: LaneBlockBuilder, at frame: EventFrame) -> Bool {
        !builder.hasRoom || (frame.event.seq % LaneBlockBuilder.stretch == 0 && !builder.bytes.isEmpty)
    }

    private func keep(_ block: LaneBlock, _ group: Int32, after cursor: Int64) -> LaneBlock {
        if groups[group].members.count > 1 { groups[group].blocks.insert(block, after: cursor) }
        return block
    }
}

extension Array {
    /// Where the elements begin for which `belongs` is true, given that they all stand behind the others.
    fileprivate func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
