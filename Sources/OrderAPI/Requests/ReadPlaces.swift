import Access
import DequeModule
import Synchronization

/// The reads that run now, by caller. A caller with as many as one may have waits for its own reads to end, so that it
/// leaves connections of the database to others.
final class ReadPlaces: Sendable {
    private struct Line {
        var runningCount = 0
        var waiting = Deque<CheckedContinuation<Void, Never>>()
    }

    private let lines = Mutex<[SharedBudget.Holder: Line]>([:])

    /// Runs a read once the caller has a place for it. Waiting reads run in the order in which they came.
    func read<R>(for caller: Caller, _ body: () async throws -> R) async rethrows -> R {
        // A pool has four connections.
        try await read(for: caller.holder, limit: caller.principal.role == .customer ? 2 : 3, body)
    }

    /// - Parameter limit: the most running reads of the holder.
    func read<R>(for holder: SharedBudget.Holder, limit: Int, _ body: () async throws -> R) async rethrows -> R {
        await enter(holder, limit)
        defer { leave(holder) }
        return try await body()
    }

    private func enter(_ holder: SharedBudget.Holder, _ limit: Int) async {
        await withCheckedContinuation { continuation in
            let hasPlace = lines.withLock { lines in
                guard lines[holder, default: Line()].runningCount >= limit else {
                    lines[holder, default: Line()].runningCount += 1
                    return true
                }
                lines[holder]?.waiting.append(continuation)
                return false
            }
            if hasPlace { continuation.resume() }
        }
    }

    private func leave(_ holder: SharedBudget.Holder) {
        let next: CheckedContinuation<Void, Never>? = lines.withLock { lines in
            // The next read takes the place over.
            if let next = lines[holder]?.waiting.popFirst() { return next }
            lines[holder]?.runningCount -= 1
            if lines[holder]?.runningCount == 0 { lines[holder] = nil }
            return nil
        }
        next?.resume()
    }
}
