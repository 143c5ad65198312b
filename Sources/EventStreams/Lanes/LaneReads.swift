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

    private struct Request {
        let read: LaneRead
        let through: Int64
        /// The part of a conflated read that is done.
        var part: ConflatedPart?
    }

    /// A conflated read as far as it has come.
    private struct ConflatedPart {
        var conflation = Conflation()
        var reached: Int64
        var extents: [LogExtent] = []

        /// Adds the extent of a page; one for each history, however long the log is.
        mutating func add(_ extent: LogExtent) {
            if extents.last?.history == extent.history { extents.removeLast() }
            extents.append(extent)
        }
    }

    private enum Progress {
        case done(Outcome)
        /// The read goes on after the others that wait.
        case unfinished(ConflatedPart)
    }

    private struct State {
        var running = 0
        var queue: Deque<Request> = []
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
            state.queue.append(Request(read: read, through: through))
        }
        startNext()
    }

    private func startNext() {
        let next = state.withLock { state -> Request? in
            guard state.running < Self.width, let next = state.queue.popFirst() else { return nil }
            state.running += 1
            return next
        }
        guard let next else { return }
        Task {
            let progress = await run(next)
            let lanes: [Lane] = state.withLock { state in
                state.running -= 1
                if case .unfinished(let part) = progress {
                    // Behind the others: a long log must not keep them waiting.
                    state.queue.append(Request(read: next.read, through: next.through, part: part))
                    return []
                }
                return state.lanes.removeValue(forKey: next.read) ?? []
            }
            startNext()
            guard case .done(let outcome) = progress else { return }
            for lane in lanes { lane.deliver(outcome, of: next.read) }
        }
    }

    private func run(_ request: Request) async -> Progress {
        do {
            switch request.read {
            case .page(let view, let after):
                return .done(.page(try await source(view).read(after: after, through: request.through)))
            case .conflated(let view, let after):
                let part = request.part ?? ConflatedPart(reached: after)
                return try await readConflated(view, from: part, through: request.through)
            case .restart(let view):
                return .done(.restart(try await source(view).restartPreamble(for: .forked)))
            }
        } catch {
            return .done(.failed(error))
        }
    }

    /// Reads the next page of a conflated read, which ends at `through`, or when the conflation is full.
    private func readConflated(_ view: StreamView, from part: ConflatedPart, through: Int64) async throws -> Progress {
        var part = part
        var isOver = part.reached >= through
        if !isOver {
            let page = try await source(view.forLogReads).read(after: part.reached, through: through)
            if page.through > part.reached {
                part.reached = part.conflation.take(page.frames, after: part.reached, through: page.through, for: view)
                part.add(LogExtent(through: part.reached, history: page.history))
                isOver = part.conflation.isFull || part.reached >= through
            } else {
                // The log ends before the events that these streams know of: the tail is about to report a fork.
                isOver = true
            }
        }
        guard isOver else { return .unfinished(part) }
        let block = LaneBlock.of(&part.conflation, through: part.reached, for: view)
        return .done(.conflated(block, part.extents))
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
        return LaneBlock(view.framed(preamble.bytes), through: cursor.seq, lastShown: preamble.shown)
    }
}
