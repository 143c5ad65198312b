/// The COPYs under way on a connection: the bytes that were read and not yet taken, the outcomes, and the waiting
/// tasks.
final class CopyTransfers {
    typealias ID = ConnectionMachine.RequestID
    typealias Outcome = Result<Int, PostgresError>

    private struct Transfer {
        let sql: String
        /// Whole rows of a COPY to the client that the caller has not taken yet.
        var chunk: [UInt8] = []
        /// True while the socket is left alone until the caller takes the chunk.
        var isPaused = false
        /// The count of rows, or the server's error; nil while the COPY goes on.
        var outcome: Outcome?
        var rows = 0
        var waiter: CheckedContinuation<Void, Never>?
        /// The reason for which the waiting task stops waiting.
        var interruption: PostgresError?
    }

    /// The size in bytes of a chunk at which reading stops, so that the server waits for a slow caller.
    static let highWaterBytes = 1 << 20

    private var transfers: [ID: Transfer] = [:]

    func begin(_ id: ID, sql: String) { transfers[id] = Transfer(sql: sql) }

    func remove(_ id: ID) { transfers[id] = nil }

    /// True until the COPY is removed.
    func contains(_ id: ID) -> Bool { transfers[id] != nil }

    /// The outcome; nil while the COPY goes on.
    func outcome(of id: ID) -> Outcome? { transfers[id]?.outcome }

    /// The server's error; nil without one.
    func failure(of id: ID) -> PostgresError? {
        if case .failure(let error) = transfers[id]?.outcome { return error }
        return nil
    }

    // MARK: Data

    /// Lends the chunk for `body` to append to.
    func withChunk<R>(
        of id: ID,
        _ body: (inout [UInt8]) throws(PostgresError) -> R
    ) throws(PostgresError) -> R? {
        guard var chunk = transfers[id]?.chunk else { return nil }
        // Taken out, so that the first change does not copy it.
        transfers[id]?.chunk = []
        defer { transfers[id]?.chunk = chunk }
        if chunk.isEmpty { chunk.reserveCapacity(Self.highWaterBytes / 4) }
        return try body(&chunk)
    }

    /// Takes the chunk; nil when it is empty.
    func takeChunk(of id: ID) -> [UInt8]? {
        guard let chunk = transfers[id]?.chunk, !chunk.isEmpty else { return nil }
        transfers[id]?.chunk = []
        return chunk
    }

    func pause(_ id: ID) { transfers[id]?.isPaused = true }

    /// - Returns: true when the COPY was paused.
    func endPause(_ id: ID) -> Bool {
        guard transfers[id]?.isPaused == true else { return false }
        transfers[id]?.isPaused = false
        return true
    }

    // MARK: Ending

    /// Keeps the count of rows that the server reports before the end.
    func setRows(_ rows: Int, of id: ID) { transfers[id]?.rows = rows }

    func end(_ id: ID, _ error: PostgresError?) {
        guard let transfer = transfers[id] else { return }
        if var error {
            error.sql = error.sql ?? transfer.sql
            transfers[id]?.outcome = .failure(error)
        } else {
            transfers[id]?.outcome = .success(transfer.rows)
        }
        wake(id)
    }

    // MARK: Waiting

    /// Keeps the continuation of the task that waits for a change.
    func setWaiter(_ waiter: CheckedContinuation<Void, Never>, of id: ID) {
        // A COPY that was removed meanwhile has nothing to wait for.
        guard transfers[id] != nil else { return waiter.resume() }
        transfers[id]?.waiter = waiter
    }

    /// Makes the waiting task stop waiting.
    func interrupt(_ id: ID, _ error: PostgresError) {
        guard transfers[id]?.waiter != nil else { return }
        transfers[id]?.interruption = error
        wake(id)
    }

    func takeInterruption(of id: ID) -> PostgresError? { transfers[id]?.interruption.take() }

    /// Lets every waiting task look for a change.
    func wakeAll() {
        for id in transfers.keys where transfers[id]?.waiter != nil { wake(id) }
    }

    private func wake(_ id: ID) {
        let waiter = transfers[id]?.waiter
        transfers[id]?.waiter = nil
        waiter?.resume()
    }
}
