import Primitives
import Synchronization

/// Looks host names up on threads of its own, so that a resolver that hangs keeps up nothing but the connections that
/// need its answer, and those until their deadline.
///
/// Callers who ask for one name at the same time share a lookup. A lookup without an answer gets a second one beside it
/// after some seconds, since the first may never end; there are never more than two of one name.
final class HostResolver: Sendable {
    typealias Answer = Result<[String], PostgresError>

    private struct Lookups {
        var running = 0
        var lastBegan = ContinuousClock.now
        var waiting: [UInt64: CheckedContinuation<Answer, Never>] = [:]
    }

    private struct State {
        var names: [String: Lookups] = [:]
        var lastID: UInt64 = 0
    }

    static let shared = HostResolver(looksUp: NameLookup.addresses)

    private static let mostLookups = 2
    /// The time without an answer after which another lookup begins.
    private let patience: Duration
    private let looksUp: @Sendable (String) throws(PostgresError) -> [String]
    private let state = Mutex(State())

    /// - Parameter looksUp: finds a name's addresses; may block.
    init(
        patience: Duration = .seconds(5),
        looksUp: @escaping @Sendable (String) throws(PostgresError) -> [String]
    ) {
        self.patience = patience
        self.looksUp = looksUp
    }

    /// The addresses of a host, in order of preference.
    ///
    /// - Returns: one nil for a local socket.
    /// - Throws: `connect`, also when no answer came within the timeout; `cancelled`.
    func addresses(of host: PostgresHost, within timeout: Duration) async throws(PostgresError) -> [String?] {
        if let address = host.address { return [address] }
        if host.isLocalSocket { return [nil] }
        if NameLookup.isNumeric(host.name) { return [host.name] }
        return try await addresses(of: host.name, within: timeout)
    }

    private func addresses(of name: String, within timeout: Duration) async throws(PostgresError) -> [String] {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        let deadline = Task {
            try await Task.sleep(for: timeout)
            self.end(id, of: name, NameLookup.failure(of: name, "no answer within \(timeout)"))
        }
        defer { deadline.cancel() }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Answer, Never>) in
                wait(id, for: name, continuation)
                // The handler below may have run before the waiter was there.
                if Task.isCancelled { cancel(id, of: name) }
            }
        } onCancel: {
            cancel(id, of: name)
        }
        return try answer.get()
    }

    private func wait(_ id: UInt64, for name: String, _ continuation: CheckedContinuation<Answer, Never>) {
        let mustBegin = state.withLock { state in
            var lookups = state.names[name] ?? Lookups()
            defer { state.names[name] = lookups }
            lookups.waiting[id] = continuation
            let isStuck = ContinuousClock.now - lookups.lastBegan > patience
            guard lookups.running == 0 || (isStuck && lookups.running < Self.mostLookups) else { return false }
            lookups.running += 1
            lookups.lastBegan = .now
            return true
        }
        if mustBegin { begin(name) }
    }

    private func begin(_ name: String) {
        do {
            try NamedThread.start("postgres-dns") { [self] in
                do throws(PostgresError) {
                    finish(name, .success(try looksUp(name)))
                } catch {
                    finish(name, .failure(error))
                }
            }
        } catch {
            finish(name, .failure(NameLookup.failure(of: name, "\(error)")))
        }
    }

    /// Gives a lookup's answer to all who wait for the name.
    private func finish(_ name: String, _ answer: Answer) {
        let waiting = state.withLock { state in
            guard var lookups = state.names[name] else { return [] as [CheckedContinuation<Answer, Never>] }
            let waiting = Array(lookups.waiting.values)
            lookups.waiting = [:]
            lookups.running -= 1
            state.names[name] = lookups.running > 0 ? lookups : nil
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: answer) }
    }

    private func cancel(_ id: UInt64, of name: String) {
        end(id, of: name, PostgresError(.cancelled, "the task was cancelled while it looked a host up"))
    }

    private func end(_ id: UInt64, of name: String, _ error: PostgresError) {
        let continuation = state.withLock { $0.names[name]?.waiting.removeValue(forKey: id) }
        continuation?.resume(returning: .failure(error))
    }
}
