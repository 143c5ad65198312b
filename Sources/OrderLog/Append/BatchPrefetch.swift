import Foundation
import Logging
import Orders
import Postgres

/// The rows that the next batch needs, loaded on another connection while the batch before it is being committed.
///
/// Valid only while the head, read under its lock, is where that batch left it. Then no other process has committed
/// since the rows were loaded: loading began after the head was known on which that batch was committed, and that
/// batch's own additions are merged in.
struct BatchPrefetch: Sendable {
    /// The command ids that were looked up, found or not.
    private(set) var commandIds: Set<String> = []
    private(set) var known: [CommandKey: AcceptedCommand] = [:]
    /// The orders that were looked up, found or not.
    private(set) var orderIds: Set<UUID> = []
    private(set) var orders: [UUID: OrderRecord] = [:]

    /// The time after which the waiting batch goes on without the prefetched rows.
    private static let timeout: Duration = .seconds(1)

    /// A prefetch without rows.
    init() {}

    /// The keys of rows that the next batch needs; `load` finds the rows.
    ///
    /// - Parameters:
    ///   - commandIds: the ids of commands that the log may know.
    ///   - orderIds: the orders that are not in memory.
    init(ofCommands commandIds: Set<String>, orders orderIds: Set<UUID>) {
        self.commandIds = commandIds
        self.orderIds = orderIds
    }

    /// True where no rows are needed.
    var isEmpty: Bool { commandIds.isEmpty && orderIds.isEmpty }

    /// Loads the rows.
    ///
    /// - Parameters:
    ///   - snapshot: the filter of the ids of past days.
    ///   - head: the head on which the batch that is being committed was decided. A server whose head is behind it is
    ///     another one.
    ///   - newHead: the head that the batch leaves.
    /// - Returns: an empty prefetch where the database did not answer, which costs speed and nothing else.
    func load(
        snapshot: CommandIdFilterCache.Snapshot?,
        epochs: EpochTable,
        after head: LogHead,
        before newHead: LogHead,
        on connection: PostgresConnection?,
        logger: Logger
    ) async -> BatchPrefetch {
        guard let connection, !isEmpty else { return BatchPrefetch() }
        let lookUp = CommandLookUp(snapshot: snapshot, epochs: epochs, end: newHead.dayAfter)
        let ids = Array(commandIds)
        do {
            let rows = try await connection.pipeline(
                [
                    PostgresQuery(LogHead.selectPosition), lookUp.recent(ids),
                    CurrentStateTable.load(Array(orderIds), version: .active),
                ],
                timeout: Self.timeout
            )
            let seen = try rows[0].first.map {
                try LogPosition(epoch: $0.get("epoch", as: String?.self) ?? "", seq: $0.get("seq", as: Int64.self))
            }
            guard let seen, seen.epoch == head.epoch, seen.seq >= head.seq else { return BatchPrefetch() }
            var loaded = self
            loaded.known = try await lookUp.complete(rows[1], ids: ids, on: connection)
            let stored = try StoredStates(rows[2])
            // The batch loads the others itself.
            loaded.orderIds.subtract(stored.leftOut)
            loaded.orders = try await stored.recordsById {
                try await connection.query($0.sql, $0.bindings, timeout: Self.timeout)
            }
            return loaded
        } catch {
            logger.debug(
                "prefetching for the next batch failed; the batch loads its rows itself",
                metadata: ["error": "\(error)"]
            )
            return BatchPrefetch()
        }
    }

    /// Adds the commands that the committed batch knew and added, and the orders that it changed: the rows were read
    /// before it committed, and the cache may have let some of its orders go.
    mutating func merge(_ commands: [CommandKey: AcceptedCommand], _ changed: [OrderRecord]) {
        for (key, command) in commands where commandIds.contains(key.commandId) { known[key] = command }
        for record in changed where orderIds.contains(record.order.orderId) { orders[record.order.orderId] = record }
    }
}
