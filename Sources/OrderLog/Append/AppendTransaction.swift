import Foundation
import Orders
import Postgres

/// One group commit in two round trips: the first locks the head and loads rows, the second writes and commits.
struct AppendTransaction {
    /// The results of the batch's first commands. The others wait for a transaction of their own, since the orders of
    /// all of them would not fit in memory together.
    let results: [Result<CommandReceipt, AppendRefusal>]
    private let connection: PostgresConnection
    private let plan: BatchPlan
    /// The changed orders, with the states that their rows have to hold.
    private let states: StateWrite
    private let epochs: EpochTable
    /// The head before the batch.
    let head: LogHead

    /// The entry at this index was accepted, here for the first time or possibly in an earlier attempt.
    func accepted(_ index: Int) -> Bool {
        if index < results.count, case .success(let receipt) = results[index] { return !receipt.replayed }
        return false
    }

    /// Locks the head, loads command ids and the orders that the cache does not hold, and decides the batch.
    ///
    /// Lock and look-ups are separate statements, so that the look-ups see the commits that the lock waited for.
    ///
    /// - Parameter statementTimeout: the server's limit for each statement; nil for the connection's.
    static func begin(
        on connection: PostgresConnection,
        entries: [AppendQueue.Entry],
        statementTimeout: Duration? = nil,
        registry: EpochRegistry,
        commandIdFilter: CommandIdFilterCache,
        cache: inout StateCache,
        prefetch: BatchPrefetch
    ) async throws -> AppendTransaction {
        let commandIds = Set(entries.lazy.filter(\.mayBeKnown).map(\.submission.commandId))
        let newIds = Array(commandIds.subtracting(prefetch.commandIds))
        let orderIds = distinctOrders(of: entries)
        let trackingKeys = Set(entries.compactMap(\.submission.trackingKey))
        var records = orderIds.reduce(into: [:]) { $0[$1] = cache.record(of: $1) ?? prefetch.orders[$1] }
        let missing = orderIds.filter { records[$0] == nil && !prefetch.orderIds.contains($0) }
        let snapshot = commandIdFilter.snapshot(in: registry.current)
        let opening =
            [PostgresQuery("begin isolation level read committed")]
            + (statementTimeout.map { [AppendStatements.limitStatements(to: $0)] } ?? [])
        let rows = try await connection.pipeline(
            opening + [
                PostgresQuery(LogHead.selectForUpdate),
                PostgresQuery("select clock_timestamp() as now"),
                CommandLookUp(snapshot: snapshot, epochs: registry.current).recent(newIds),
                CurrentStateTable.load(missing, version: .active),
                EpochStore.newer.query(after: registry.current.newestOrdinal),
            ] + (trackingKeys.isEmpty ? [] : [TrackingNumberTable.find(Array(trackingKeys))]),
            timeout: LogConnection.appendTimeout
        ).dropFirst(opening.count).map { $0 }
        registry.merge(try EpochStore.decode(rows[4]))
        let epochs = registry.current
        let head = try LogHead(rows[0])
        let lookUp = CommandLookUp(snapshot: snapshot, epochs: epochs)
        var known = try await lookUp.complete(rows[2], ids: newIds, on: connection)
        var leftOut: Set<UUID> = []
        if cache.head == head {
            known.merge(prefetch.known) { first, _ in first }
        } else {
            // Another process has appended, or the history is another one: rows loaded before the lock are outdated.
            cache.removeAll()
            cache.advance(to: head)
            let outdated = Set(orderIds).subtracting(missing)
            records = try await load(orderIds.filter(outdated.contains), on: connection, leavingOut: &leftOut)
            let prefetched = Array(commandIds.intersection(prefetch.commandIds))
            known.merge(try await lookUp.find(prefetched, on: connection)) { $1 }
        }
        records.merge(try await Self.records(StoredStates(rows[3]), on: connection, leavingOut: &leftOut)) { $1 }
        let candidates = trackingKeys.isEmpty ? [:] : try TrackingNumberTable.decode(rows[5])
        for orderId in Set(candidates.values.joined()) where records[orderId] == nil {
            records[orderId] = cache.record(of: orderId)
        }
        let unread = Set(candidates.values.joined()).filter { records[$0] == nil && !leftOut.contains($0) }
        records.merge(try await loadAll(Array(unread), on: connection)) { $1 }
        for record in records.values { cache.insert(record) }
        let now = try rows[1].first.map { try $0.get("now", as: PostgresTimestamp.self).unixMicroseconds }
        var plan = BatchPlan(
            headSeq: head.seq,
            // The log's time never goes back, whatever the clock does.
            recordedAt: Timestamp(unixMicroseconds: max(head.recordedAtMicroseconds, now ?? .min)),
            epochs: epochs,
            records: records,
            known: known,
            candidates: candidates
        )
        // Up to the first command whose order is left out, so that commands keep their order.
        let loaded = entries.prefix { entry in
            let ids = entry.submission.trackingKey.map { candidates[$0] ?? [] } ?? []
            return !(ids + [entry.submission.orderId].compactMap { $0 }).contains(where: leftOut.contains)
        }
        let results = loaded.map { plan.decide($0.submission, acceptedBefore: $0.maybeCommitted) }
        return AppendTransaction(
            results: results,
            connection: connection,
            plan: plan,
            states: StateWrite(plan.changed.compactMap { plan.records[$0] }),
            epochs: epochs,
            head: head
        )
    }

    /// The orders of some commands, each once, in the order of the commands: the first one is never left out.
    private static func distinctOrders(of entries: [AppendQueue.Entry]) -> [UUID] {
        var seen: Set<UUID> = []
        return entries.compactMap(\.submission.orderId).filter { seen.insert($0).inserted }
    }

    /// Loads the orders that may have a scan's tracking number, however large they are: the table bounds how many.
    private static func loadAll(
        _ orderIds: [UUID],
        on connection: PostgresConnection
    ) async throws -> [UUID: OrderRecord] {
        var loaded: [UUID: OrderRecord] = [:]
        try await StoredStates.forEachSlice(of: orderIds) { ids in
            CurrentStateTable.load(ids, version: .active)
        } read: { query in
            try await connection.query(query.sql, query.bindings, timeout: LogConnection.appendTimeout)
        } body: { _, records in
            loaded.merge(records) { $1 }
        }
        return loaded
    }

    private static func load(
        _ orderIds: [UUID],
        on connection: PostgresConnection,
        leavingOut leftOut: inout Set<UUID>
    ) async throws -> [UUID: OrderRecord] {
        guard !orderIds.isEmpty else { return [:] }
        let query = CurrentStateTable.load(orderIds, version: .active)
        let rows = try await connection.query(query.sql, query.bindings, timeout: LogConnection.appendTimeout)
        return try await records(StoredStates(rows), on: connection, leavingOut: &leftOut)
    }

    private static func records(
        _ stored: StoredStates,
        on connection: PostgresConnection,
        leavingOut leftOut: inout Set<UUID>
    ) async throws -> [UUID: OrderRecord] {
        leftOut.formUnion(stored.leftOut)
        return try await stored.recordsById {
            try await connection.query($0.sql, $0.bindings, timeout: LogConnection.appendTimeout)
        }
    }

    /// Updates the cache after the commit.
    func update(_ cache: inout StateCache) {
        for record in states.records { cache.insert(record) }
        cache.advance(to: headAfter)
    }

    /// The head after the commit. A batch without events moves its time alone, so that other processes notice the
    /// commit.
    private var headAfter: LogHead {
        if plan.isEmpty { return head }
        let now = plan.recordedAt.unixMicroseconds
        return LogHead(
            epoch: head.epoch,
            seq: plan.headSeq,
            recordedAtMicroseconds: plan.events.isEmpty ? max(now, head.recordedAtMicroseconds + 1) : now
        )
    }

    /// All commands that the batch knew and added.
    var known: [CommandKey: AcceptedCommand] { plan.known }

    var hasEvents: Bool { !plan.events.isEmpty }

    /// Tells the observer that the batch is committed.
    func notify(_ observer: (any CommitObserver)?) {
        guard hasEvents, let observer else { return }
        // Only in the history of the locked head: another connection of this process may know a newer one by now.
        observer.commitEnded(epochs.epochs.last?.name == head.epoch ? plan.events : [], in: epochs)
    }

    /// Writes the batch and commits; a batch that accepted nothing new is rolled back.
    func commit() async throws(PostgresError) {
        guard !plan.isEmpty else {
            _ = try await connection.query("rollback", timeout: LogConnection.appendTimeout)
            return
        }
        var statements: [PostgresQuery] = []
        if !plan.events.isEmpty {
            statements.append(AppendStatements.insertEvents(plan.events))
            statements.append(CurrentStateTable.upsert(states, version: .active))
        }
        let after = headAfter
        let recordedAt = Timestamp(unixMicroseconds: after.recordedAtMicroseconds)
        if !plan.trackingNumbers.isEmpty {
            statements.append(TrackingNumberTable.insert(plan.trackingNumbers))
        }
        statements.append(AppendStatements.insertCommands(plan.commands, recordedAt: recordedAt))
        statements.append(AppendStatements.moveHead(to: after.seq, recordedAt: recordedAt))
        if let last = plan.events.last {
            statements.append(AppendStatements.notify(head: epochs.position(of: last.seq)))
        }
        statements.append(PostgresQuery("commit"))
        _ = try await connection.pipeline(statements, timeout: LogConnection.appendTimeout)
    }
}
