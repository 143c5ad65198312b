import Foundation
import Logging
import Postgres

/// What was looked up for the commands that wait while the batch before theirs is being written: on another connection, so
/// that the database does both at once.
///
/// Good only while the head, read under its lock, is what that batch left. Then nobody else has committed since the
/// look-ups: they were begun while that batch held the lock, and what it added itself is known without asking.
struct BatchPrefetch: Sendable {
    /// Ids that were looked up, whether found or not.
    private(set) var commandIds: Set<String> = []
    private(set) var known: [CommandKey: AcceptedCommand] = [:]
    /// Orders that were looked up, whether found or not.
    private(set) var orderIds: Set<UUID> = []
    private(set) var orders: [UUID: OrderRecord] = [:]

    /// Nothing was looked up.
    init() {}

    /// - Parameters:
    ///   - entries: the commands that wait.
    ///   - cache: orders that it holds need not be looked up.
    init(wanting entries: [AppendQueue.Entry], _ cache: StateCache) {
        commandIds = Set(entries.lazy.filter(\.isLookedUp).map(\.submission.commandId))
        orderIds = Set(entries.lazy.map(\.submission.orderId).filter { !cache.contains($0) })
    }

    /// After so long the batch that waits for it goes on without.
    private static let patience: Duration = .seconds(2)

    /// Looks up what is wanted.
    ///
    /// - Parameter head: what the batch that is being written found. A server that has not come so far is another one.
    /// - Returns: what was found; where the database did not answer, an empty look-ahead, which costs speed and nothing else.
    func fetched(
        _ old: CommandIdFilterCache.Snapshot?,
        _ epochs: EpochTable,
        after head: StateCache.Head,
        on connection: PostgresConnection?,
        _ logger: Logger
    ) async -> BatchPrefetch {
        guard let connection, !commandIds.isEmpty || !orderIds.isEmpty else { return BatchPrefetch() }
        let ids = Array(commandIds)
        do {
            let rows = try await connection.pipeline(
                [
                    PostgresQuery("select seq, recorded_at, epoch from log_head"),
                    CommandLookUp.recent(ids, old),
                    PostgresQuery(AppendTransaction.lookUpOrders, [Array(orderIds)]),
                ],
                timeout: Self.patience
            )
            guard let seen = try rows[0].first.map(StateCache.Head.init(row:)), seen.epoch == head.epoch,
                seen.seq >= head.seq
            else { return BatchPrefetch() }
            var fetched = self
            fetched.known = try await CommandLookUp.complete(rows[1], ids, old, epochs, connection)
            fetched.orders = try AppendTransaction.decodeOrders(rows[2])
            return fetched
        } catch {
            logger.debug("nothing was looked up ahead", metadata: ["error": "\(error)"])
            return BatchPrefetch()
        }
    }

    /// Adds what the batch that was being written knew and added.
    mutating func learn(_ added: [CommandKey: AcceptedCommand]) {
        for (key, command) in added where commandIds.contains(key.commandId) { known[key] = command }
    }
}
