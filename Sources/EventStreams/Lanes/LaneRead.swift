/// A read of the log for streams. Streams that need the same read share it.
enum LaneRead: Hashable, Sendable {
    /// The events of a view after a position.
    case page(StreamView, after: Int64)
    /// The changes of a conflated view after a position.
    case conflated(StreamView, after: Int64)
    /// The preamble with which a view's streams begin anew after a fork.
    case restart(StreamView)

    /// The read that serves a stream with this cursor. Streams of the same feed share pages, which begin at multiples
    /// of the page size, as far as the events of such a page have room in it.
    static func page(for view: StreamView, after cursor: Int64) -> LaneRead {
        guard case .feed = view.filter.subject else { return .page(view.forLogReads, after: cursor) }
        let size = Int64(StreamSource.pageSize)
        return .page(view.forLogReads, after: cursor / size * size)
    }
}
