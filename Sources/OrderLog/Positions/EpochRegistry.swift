package import Postgres
import Synchronization
package import Telemetry

/// The log's epochs as this process knows them, by its newest connection.
///
/// The table is replaced with every new connection that does not lead to a former server, and extended where a
/// connection of the same history reads of further epochs. Rows get their positions by the history of the connection
/// that read them.
package final class EpochRegistry: Sendable {
    private struct State {
        var table = EpochTable()
        /// The timeline of the server that told of the table; nil where no server did.
        var timeline: ServerTimeline?
    }

    private let state = Mutex(State())
    /// Counts the connections that were given up since they led to a former server.
    package let formerServers = Counter()
    /// True for a process that writes nothing: it opens no epoch, and reads from replicas, which may lag.
    package let followsOnly: Bool

    /// - Parameter followsOnly: true for a process that writes nothing.
    package init(followsOnly: Bool = false) {
        self.followsOnly = followsOnly
    }

    package var current: EpochTable { state.withLock { $0.table } }

    package func replace(with table: EpochTable) {
        state.withLock { $0.table = table }
    }

    /// True for a server that was replaced by the one that this process knows, by its timeline.
    func isFormer(_ timeline: ServerTimeline) -> Bool {
        state.withLock { state in state.timeline.map(timeline.isFormer) ?? false }
    }

    /// True for a server that has replaced the one that this process knows, by its timeline.
    func isSuccessor(_ timeline: ServerTimeline) -> Bool {
        state.withLock { state in state.timeline.map { $0.isFormer(of: timeline) } ?? false }
    }

    /// Takes note of a timeline that a server of the address is known to have, where none is known yet.
    func learn(_ timeline: ServerTimeline) {
        state.withLock { $0.timeline = $0.timeline ?? timeline }
    }

    /// Takes the table of a new connection, except an earlier state of the known one: another connection has read
    /// later.
    func takeUnlessFormer(_ other: EpochTable, timeline: ServerTimeline? = nil) {
        state.withLock { state in
            guard !other.isFormer(of: state.table) else { return }
            if let timeline, let known = state.timeline, timeline.isFormer(of: known) { return }
            state = State(table: other, timeline: timeline ?? state.timeline)
        }
    }

    /// Takes a longer table of the same history; that of another server's history is left aside.
    package func extend(to longer: EpochTable) {
        state.withLock { state in
            if longer.epochs.count > state.table.epochs.count, longer.continues(state.table) { state.table = longer }
        }
    }

    /// Checks that a connection does not lead to a former server, such as the old primary after a failover.
    ///
    /// - Parameters:
    ///   - history: what the connection's server has told.
    ///   - known: the history that this process knew before that.
    /// - Throws: `connectionLost`, so that the connection is replaced.
    package func requireContinuing(
        _ history: EpochTable,
        _ known: EpochTable,
        on connection: PostgresConnection
    ) throws(PostgresError) {
        guard history.continues(known) else { throw refuse(connection, lacking: known) }
    }

    /// Takes note of a connection to a former server. Next ones begin at other hosts, if there are any.
    ///
    /// - Parameter known: the history that this process knows.
    /// - Returns: the error that tells of it.
    func refuse(_ connection: PostgresConnection, lacking known: EpochTable) -> PostgresError {
        formerServers.increment()
        connection.avoidHost()
        return .formerServer(lacking: known)
    }
}
