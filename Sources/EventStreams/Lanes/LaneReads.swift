import DequeModule
import OrderLog
import Synchronization

/// Reads the log for all lanes: few reads at once, in the order of the requests, and equal requests as one read.
final class LaneReads: Sendable {
    enum Outcome: Sendable {
        case page(StreamSource.EventPage)
        /// One block, and the extents of the pages from which it was made.
        case conflated(LaneBlock, [LogExtent])
        case restart(Preamble)
        case failed(any Error)
    }

    /// The last event of a page, and the history that was read.
    struct LogExtent: Sendable {
        let through: Int64
        let history: EpochTable
    }

    private struct State {
        var running = 0
        var queue: Deque<(read: LaneRead, through: Int64)> = []
        /// The lanes that wait for each read which is queued or under way.
        var lanes: [LaneRead: [Lane]] = [:]
    }

    /// The most reads under way at once, since the readers' connections serve requests as well.
    private static let width = 2

    private let source: @Sendable (StreamView) -> any StreamReading
    private let state = Mutex(State())

    /// - Parameter source: makes a reader of the log for a view.
    init(source: @escaping @Sendable (StreamView) -> any StreamReading) {
        self.source = source
    }

    /// Requests a read. Its outcome is delivered to the lane.
    ///
    /// - Parameter through: the last event wanted; not used by a restart.
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
            for lane in lanes { lane.deliver(outcome, of: next.read) }
        }
    }

    private func outcome(of read: LaneRead, through: Int64) async -> Outcome {
        do {
            switch read {
            case .page(let view, let after):
                return .page(try await source(view).read(after: after, through: through))
            case .conflated(let view, let after):
                return try await readConflated(view, after: after, through: through)
            case .restart(let view):
                return .restart(try await source(view).restartPreamble(for: .forked, plain: view.plain))
            }
        } catch {
            return .failed(error)
        }
    }

    /// Reads pages up to `through`, or until the conflation is full.
    private func readConflated(_ view: StreamView, after: Int64, through: Int64) async throws -> Outcome {
        let source = source(view.forLogReads)
        var conflation = Conflation()
        var extents: [LogExtent] = []
        var reached = after
        while reached < through {
            let page = try await source.read(after: reached, through: through)
            // The log ends before the events that these streams know of: the tail is about to report a fork.
            guard page.through > reached else { break }
            reached = conflation.take(page.frames, after: reached, through: page.through, for: view)
            extents.append(LogExtent(through: reached, history: page.history))
            if conflation.isFull { break }
        }
        return .conflated(LaneBlock.of(&conflation, through: reached, for: view), extents)
    }
}

extension LaneReads.Outcome {
    /// True when the outcome brings the streams that wait for the read further, and belongs to their history. A failure
    /// counts as well, since it ends the streams.
    func advances(_ read: LaneRead, in history: EpochTable) -> Bool {
        func includes(_ other: EpochTable, through seq: Int64) -> Bool {
            history.commonPrefix(with: other, upTo: seq) >= seq
        }
        switch (self, read) {
        case (.page(let page), .page(_, let after)):
            return page.through > after && includes(page.history, through: page.through)
        case (.conflated(let block, let extents), .conflated(_, let after)):
            return block.through > after && extents.allSatisfy { includes($0.history, through: $0.through) }
        case (.restart(let preamble), _): return preamble.cursor.map { history.position(of: $0.seq) == $0 } ?? true
        case (.failed, _): return true
        default: return false
        }
    }
    /// The block with which all streams that wait for a restart begin anew; nil when they end instead.
    func restartBlock(of read: LaneRead) -> LaneBlock? {
        guard case .restart(let view) = read, case .restart(let preamble) = self, let cursor = preamble.cursor else {
            return nil
        }
        return LaneBlock(view.framed(preamble.bytes), through: cursor.seq)
    }
}
