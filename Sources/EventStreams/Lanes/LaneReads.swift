import DequeModule
import OrderLog
import Synchronization

/// A read of the log for streams: those that want the same share it.
enum LaneRead: Hashable, Sendable {
    /// A view's events after a position.
    case page(StreamView, after: Int64)
    /// A conflated view's changes after a position.
    case conflated(StreamView, after: Int64)
    /// A view's beginning after a fork.
    case restart(StreamView)

    /// The read that serves a stream at `cursor`. Streams of the same feed share pages that begin at the same places.
    static func page(for view: StreamView, after cursor: Int64) -> LaneRead {
        guard case .feed = view.filter.subject else { return .page(view.ofLog, after: cursor) }
        let size = Int64(StreamSource.pageSize)
        return .page(view.ofLog, after: cursor / size * size)
    }
}

/// Reads the log for all lanes: few reads at once, in the order in which they were asked for, each one once.
final class LaneReads: Sendable {
    enum Outcome: Sendable {
        case page(StreamSource.Stretch)
        /// One block, and how far each of the pages went from which it was made.
        case conflated(LaneBlock, [LogExtent])
        case restart(StreamSource.Beginning)
        case failed(any Error)
    }

    private struct State {
        var running = 0
        var queue: Deque<(read: LaneRead, through: Int64)> = []
        /// Who waits for each read that is queued or under way.
        var lanes: [LaneRead: [Lane]] = [:]
    }

    /// Reads under way at once; the readers' connections serve requests as well.
    private static let width = 2

    private let source: @Sendable (StreamView) -> any StreamReading
    private let state = Mutex(State())

    init(source: @escaping @Sendable (StreamView) -> any StreamReading) {
        self.source = source
    }

    /// Asks for a read, whose outcome comes to the lane by `deliver`.
    ///
    /// - Parameter through: the last event wanted of a page.
    func request(_ read: LaneRead, through: Int64, for lane: Lane) {
        state.withLock { state in
            if state.lanes[read]?.append(lane) != nil { return }
            state.lanes[read] = [lane]
            state.queue.append((read, through))
        }
        startNext()
    }

    private func startNext() {
        let next = state.withLock { state -> (read: LaneRead, through: Int64)? in
            guard state.running < Self.width, let next = state.queue.popFirst() else { return nil }
            state.running += 1
            return next
        }
        guard let next else { return }
        Task {
            let outcome = await outcome(of: next.read, through: next.through)
            let lanes = state.withLock { state in
                state.running -= 1
                return state.lanes.removeValue(forKey: next.read) ?? []
            }
            startNext()
            for lane in lanes { lane.deliver(next.read, outcome) }
        }
    }

    private func outcome(of read: LaneRead, through: Int64) async -> Outcome {
        do {
            switch read {
            case .page(let view, let after):
                return .page(try await source(view).read(after: after, through: through))
            case .conflated(let view, let after):
                return try await conflated(view, after: after, through: through)
            case .restart(let view):
                return .restart(try await source(view).restart(.forked, plain: view.plain))
            }
        } catch {
            return .failed(error)
        }
    }
}

extension LaneReads {
    /// How far a page went, and in which history.
    struct LogExtent: Sendable {
        let through: Int64
        let history: EpochTable
    }

    /// Reads on until everything up to `through` is passed, or as much as may be held at once.
    private func conflated(_ view: StreamView, after: Int64, through: Int64) async throws -> Outcome {
        let source = source(view.ofLog)
        var conflation = Conflation()
        var extents: [LogExtent] = []
        var reached = after
        while reached < through {
            let page = try await source.read(after: reached, through: through)
            // The log lies behind these streams, and the tail will say why before long.
            guard page.through > reached else { break }
            reached = conflation.take(page.frames, after: reached, through: page.through, of: view)
            extents.append(LogExtent(through: reached, history: page.history))
            if conflation.isFull { break }
        }
        return .conflated(LaneBlock(&conflation, of: view, through: reached), extents)
    }
}

/// What a lane keeps of the pages that were read: the newest, bounded in bytes.
struct LanePages {
    private static let capacity = 8 * 1024 * 1024

    private var pages: [LaneRead: StreamSource.Stretch] = [:]
    private var order: Deque<LaneRead> = []
    private var size = 0

    func page(_ read: LaneRead) -> StreamSource.Stretch? { pages[read] }

    mutating func insert(_ page: StreamSource.Stretch, for read: LaneRead) {
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

    private static func size(_ page: StreamSource.Stretch) -> Int {
        page.frames.reduce(256) { $0 + $1.size }
    }
}
