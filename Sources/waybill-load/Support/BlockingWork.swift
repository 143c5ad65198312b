import Primitives

/// Blocking work, which must not occupy a thread of the concurrency runtime.
enum BlockingWork {
    /// Runs `body` on a thread of its own.
    static func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        let result = OneShotPromise<Result<R, any Error>>()
        try NamedThread.start("load", stackBytes: 1024 * 1024) { result.fulfill(Result { try body() }) }
        return try await result.value().get()
    }
}
