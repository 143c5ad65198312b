import DequeModule

/// The newest pages that were read for a lane, bounded in bytes.
struct LanePages {
    private static let capacity = 8 * 1024 * 1024

    private var pages: [LaneRead: StreamSource.EventPage] = [:]
    private var order: Deque<LaneRead> = []
    private var size = 0

    /// The page with the events after a cursor; nil when there is none.
    func page(for view: StreamView, after cursor: Int64) -> StreamSource.EventPage? {
        let reads = [LaneRead.page(for: view, after: cursor), .page(view.forLogReads, after: cursor)]
        return reads.lazy.compactMap { pages[$0] }.first { $0.through > cursor }
    }

    /// The read that brings a page with the events after a cursor. Where the shared page is cut before them, a page
    /// begins at the cursor.
    func read(for view: StreamView, after cursor: Int64) -> LaneRead {
        let shared = LaneRead.page(for: view, after: cursor)
        guard let page = pages[shared], page.isCut, page.through <= cursor else { return shared }
        return .page(view.forLogReads, after: cursor)
    }

    mutating func insert(_ page: StreamSource.EventPage, for read: LaneRead) {
        if let old = pages.updateValue(page, forKey: read) {
            size -= Self.size(old)
        } else {
            order.append(read)
        }
        size += Self.size(page)
        while size > Self.capacity, order.count > 1, let oldest = order.popFirst() {
            if let page = pages.removeValue(forKey: oldest) { size -= Self.size(page) }
        }
    }

    private static func size(_ page: StreamSource.EventPage) -> Int {
        page.frames.reduce(256) { $0 + $1.size }
    }
}
