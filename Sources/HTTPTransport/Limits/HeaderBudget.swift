import NIOCore
import Synchronization

/// Bounds the memory of all headers that are not complete, over all connections and both versions of HTTP: such a
/// request needs no token. Where they pass the limit, the oldest of the addresses with the most give way.
final class HeaderBudget: Sendable {
    private struct State {
        var headers: PendingHeaders
        var connections: [ObjectIdentifier: CountedConnection] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter limit: in bytes.
    init(limit: Int) {
        state = Mutex(State(headers: PendingHeaders(limit: limit)))
    }

    /// The memory of all headers that are not complete.
    var used: Int { state.withLock { $0.headers.total } }

    /// Notes the memory that a connection's header takes so far; 0 where none is under way.
    func set(_ bytes: Int, for connection: CountedConnection, now: NIODeadline) {
        let id = ObjectIdentifier(connection)
        let chosen = state.withLock { state in
            let chosen = state.headers.set(bytes, for: id, of: connection.address, since: now)
            state.connections[id] = bytes == 0 ? nil : connection
            return chosen.compactMap { state.connections.removeValue(forKey: $0) }
        }
        for connection in chosen { connection.close(for: .headerBytes) }
    }
}
