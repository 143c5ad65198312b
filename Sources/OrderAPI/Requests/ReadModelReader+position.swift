import Orders
import Projections

extension ReadModelReader {
    /// Waits a while for a read model to reflect what the caller has seen, so that it reads its own writes.
    ///
    /// - Throws: `Problem` 400; 404 where the log does not have the position; 503 where the model is too far behind.
    func wait(for model: String, toReach position: String?, _ positions: PositionReader, _ audience: Audience)
        async throws
    {
        guard let position else { return }
        let deadline = ContinuousClock.now + PositionReader.patience
        let seq = try await positions.waitToResolve(position, for: audience, until: deadline)
        guard try await wait(for: model, toReach: seq, until: deadline) else {
            throw Problem.busy(.unavailable, retryAfter: 1, "This view of the log has not come to that position yet.")
        }
    }
}
