import Orders
import Projections

extension ReadModelReader {
    /// Waits a while for read models to reflect a position, so that callers read their own writes.
    ///
    /// - Parameter position: the position as the caller sent it; nil for none.
    ///
    /// - Throws: `Problem` 400; 404 where the log does not have the position; 503 where a model is too far behind.
    func wait(
        for models: [String],
        toReach position: String?,
        from audience: Audience,
        _ positions: PositionReader
    ) async throws {
        guard let position else { return }
        let deadline = ContinuousClock.now + PositionReader.patience
        let seq = try await positions.waitToResolve(position, for: audience, until: deadline)
        for model in models {
            guard try await wait(for: model, toReach: seq, until: deadline) else {
                throw Problem.busy(.unavailable, retryAfter: 1, "The read model has not reached this position yet.")
            }
        }
    }
}
