import DequeModule

/// The newest pages that were read for a lane, bounded in bytes.
struct LanePages {
    private static let capacity = 8 * 1024 * 1024

    private var pages: [LaneRead: StreamSource.EventPage] = [:]
    private var order: Deque<LaneRead> = []
    private var size = 0

    func page(for read: LaneRead) -> StreamSource.EventPage? { pages[read] }

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
