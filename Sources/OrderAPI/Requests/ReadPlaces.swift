import Access
import DequeModule
import Primitives
import Synchronization

/// The reads that run now, by caller. A caller with as many as one may have waits for its own reads to end, so that it
/// leaves connections of the database to others.
final class ReadPlaces: Sendable {
    private struct Line {
        var runningCount = 0
        /// The reads that wait for a place, each told true when it has one. A read that has given up stays until its
        /// turn comes.
        var waiting = Deque<OneShotPromise<Bool>>()
    }

    /// The most reads of a caller that wait.
    static let maximumWaiting = 1024

    private let lines = Mutex<[SharedBudget.Holder: Line]>([:])
    private let patience: Duration

    /// - Parameter patience: the longest wait for a place; that for a connection of the pool may follow it.
    init(patience: Duration = .seconds(15)) { self.patience = patience }

    /// Runs a read once the caller has a place for it. Waiting reads run in the order in which they came.
    ///
    /// - Throws: `Problem` 503 where too many reads of the caller wait, or where this one has waited for too long.
    func read<R>(for caller: Caller, _ body: () async throws -> R) async throws -> R {
        // A pool has four connections.
        try await read(for: caller.holder, limit: caller.principal.role == .customer ? 2 : 3, body)
    }

    /// - Parameter limit: the most running reads of the holder.
    func read<R>(for holder: SharedBudget.Holder, limit: Int, _ body: () async throws -> R) async throws -> R {
        guard await enter(holder, limit) else {
            try Task.checkCancellation()
            throw Problem.busy(.overloaded, retryAfter: 2, "Other reads of this caller take long; send fewer at once.")
        }
        defer { leave(holder) }
        return try await body()
    }

    /// - Returns: false where the read gets no place.
    private func enter(_ holder: SharedBudget.Holder, _ limit: Int) async -> Bool {
        let place = OneShotPromise<Bool>()
        lines.withLock { lines in
            if lines[holder, default: Line()].runningCount < limit {
                lines[holder, default: Line()].runningCount += 1
                place.fulfill(true)
            } else if lines[holder, default: Line()].waiting.count < Self.maximumWaiting {
                lines[holder]?.waiting.append(place)
            } else {
                place.fulfill(false)
            }
        }
        guard !place.isFulfilled else { return await place.value() }
        let deadline = Task { [patience] in
            try await Task.sleep(for: patience)
            place.fulfill(false)
        }
        defer { deadline.cancel() }
        return await withTaskCancellationHandler {
            await place.value()
        } onCancel: {
            place.fulfill(false)
        }
    }

    private func leave(_ holder: SharedBudget.Holder) {
        lines.withLock { lines in
            // The next read takes the place over.
            while let next = lines[holder]?.waiting.popFirst() {
                if next.fulfill(true) { return }
            }
            lines[holder]?.runningCount -= 1
            if lines[holder]?.runningCount == 0 { lines[holder] = nil }
        }
    }
}
