import Primitives

/// Blocking work on threads of its own.
enum Threads {
    /// Runs `body` on so many threads at once and gathers what they return; the first error wins.
    static func run<R: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> R) async throws -> [R] {
        try await withThrowingTaskGroup(of: R.self) { group in
            for index in 0..<count { group.addTask { try await one { try body(index) } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Runs `body` on a thread of its own.
    static func one<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        let result = OneShotPromise<Result<R, any Error>>()
        try NamedThread.start("load", stackBytes: 1024 * 1024) { result.fulfill(Result { try body() }) }
        return try await result.value().get()
    }
}
