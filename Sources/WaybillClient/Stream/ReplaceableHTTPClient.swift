import AsyncHTTPClient
import Synchronization

/// The HTTP client of all streams. Another one can take its place, which drops every connection at once.
///
/// Cancelling a task would drop a single connection and end its stream with it; the streams here go on.
final class ReplaceableHTTPClient: Sendable {
    /// The HTTP client in use, and the number of those before it.
    struct Current: Sendable {
        let client: HTTPClient
        let generation: Int
    }

    private struct State {
        var current: Current
        /// The streams that wait to reconnect, by a number of their own.
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextNumber = 0
    }

    private let configuration: HTTPClient.Configuration
    private let state: Mutex<State>

    init(configuration: HTTPClient.Configuration) {
        self.configuration = configuration
        state = Mutex(State(current: Current(client: Self.client(configuration), generation: 0)))
    }

    deinit {
        Self.close(current.client)
    }

    private static func client(_ configuration: HTTPClient.Configuration) -> HTTPClient {
        HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes all connections. No caller is left who could handle a failure.
    private static func close(_ client: HTTPClient) {
        client.shutdown { _ in }
    }

    var current: Current { state.withLock { $0.current } }

    /// Fails all requests and responses that are under way, and ends all waits.
    func replace() {
        let client = Self.client(configuration)
        let (former, waiting) = state.withLock { state in
            let former = state.current.client
            state.current = Current(client: client, generation: state.current.generation + 1)
            defer { state.waiting.removeAll() }
            return (former, state.waiting)
        }
        Self.close(former)
        for continuation in waiting.values { continuation.resume() }
    }

    /// Waits for the delay, or until the HTTP client of this generation is replaced.
    ///
    /// - Throws: `CancellationError`.
    func wait(for delay: Duration, generation: Int) async throws {
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await Task.sleep(for: delay) }
            group.addTask { await self.waitForReplacement(of: generation) }
            _ = await group.nextResult()
            group.cancelAll()
        }
        try Task.checkCancellation()
    }

    /// Returns when the HTTP client of this generation is replaced, or the task cancelled.
    private func waitForReplacement(of generation: Int) async {
        let number = state.withLock { state in
            state.nextNumber += 1
            return state.nextNumber
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.current.generation == generation, !Task.isCancelled else { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }
}
