import OrderLog

extension LaneBlock {
    /// Makes a block of the recent events after a cursor, or of the first of them.
    static func of(_ recentEvents: RecentEvents, after cursor: Int64, for view: StreamView) -> LaneBlock {
        if view.filter.tick != nil {
            var conflation = Conflation()
            let through = conflation.take(recentEvents, after: cursor, for: view)
            return of(&conflation, through: through, for: view)
        }
        var builder = LaneBlockBuilder(for: view)
        var through = recentEvents.end
        if let frames = recentEvents.frames(of: view.filter.subject, after: cursor) {
            for frame in frames {
                builder.add(frame)
                guard builder.hasRoom else {
                    through = frame.event.seq
                    break
                }
            }
        } else {
            recentEvents.forEach(after: cursor) { frame in
                builder.add(frame)
                guard builder.ends(at: frame.event.seq) else { return true }
                through = frame.event.seq
                return false
            }
        }
        return builder.block(through: through)
    }

    /// Makes a block of the events of a page after a cursor, or of the first of them.
    static func of(_ page: StreamSource.EventPage, after cursor: Int64, for view: StreamView) -> LaneBlock {
        var builder = LaneBlockBuilder(for: view)
        var through = page.through
        let start = page.frames.partitioningIndex { $0.event.seq > cursor }
        for frame in page.frames[start...] {
            builder.add(frame)
            if builder.ends(at: frame.event.seq) {
                through = frame.event.seq
                break
            }
        }
        return builder.block(through: through)
    }

    /// Makes a block of the changes of a conflated stream, and removes the changes.
    static func of(_ conflation: inout Conflation, through seq: Int64, for view: StreamView) -> LaneBlock {
        var builder = LaneBlockBuilder(for: view)
        for change in conflation.takeChanges() { builder.add(change) }
        return builder.block(through: seq)
    }

    /// Makes the last block of a stream: an id-only block, `bye`, and the end of the body.
    ///
    /// - Parameter position: the text of the stream's position; nil for a stream whose position is invalid.
    static func farewell(
        _ reason: ControlFrame.ByeReason,
        position: String?,
        retry: Int,
        after cursor: Int64,
        for view: StreamView
    ) -> LaneBlock {
        let bye = ControlFrame.bye(reason, retry: retry, plain: view.plain)
        return last((position.map { ControlFrame.cursor($0, beat: view.beat) } ?? []) + bye, after: cursor, for: view)
    }

    /// Makes the last block of a stream from its content.
    static func last(_ content: [UInt8], after cursor: Int64, for view: StreamView) -> LaneBlock {
        LaneBlock(view.framed(content) + view.terminator, through: cursor)
    }
}

extension RecentEvents {
    /// The frames of an order or a customer after a cursor; nil for a feed, which walks through all of them.
    fileprivate func frames(of subject: StreamSubject, after cursor: Int64) -> [EventFrame]? {
        switch subject {
        case .order(let orderId): frames(of: orderId, after: cursor)
        case .customer(let customer): frames(of: customer, after: cursor)
        case .feed, .conflatedFeed: nil
        }
    }
}

extension Array {
    /// The first index of the elements that satisfy `belongs`, which stand behind all others.
    fileprivate func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
