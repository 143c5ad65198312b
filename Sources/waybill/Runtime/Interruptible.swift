import UnixSignals

/// Work that SIGINT, SIGTERM and the end of the terminal (SIGHUP) end by cancellation, so that it can leave things in
/// order.
enum Interruptible {
    /// A signal came before the work was done.
    struct Interrupted: Error {}

    /// - Throws: `Interrupted`; what the work throws.
    static func run<R: Sendable>(_ work: @escaping @Sendable () async throws -> R) async throws -> R {
        let signals = await UnixSignalsSequence(
            trapping: [.sigint, .sigterm] + (ProcessSignals.hangUpEnds ? [.sighup] : [])
        )
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                for await _ in signals { return nil }
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else {
                group.cancelAll()
                // Its own end is waited for; that it was cancelled is known.
                while let rest = await group.nextResult() {
                    if case .success(let value?) = rest { return value }
                    if case .failure(let error) = rest, !(error is CancellationError) { throw error }
                }
                throw Interrupted()
            }
            return value
        }
    }
}
