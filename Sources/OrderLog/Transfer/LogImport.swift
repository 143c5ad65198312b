import Foundation
import Orders
package import Postgres

/// Fills an empty log from an export, all of it or nothing.
///
/// One transaction under the head lock: events are checked and folded as they come, and stand in the log with their old
/// positions, so that ids that clients hold stay good. What is appended afterwards belongs to an epoch of its own,
/// since the log that was exported may have gone on. Idempotency keys are not part of an export.
package struct LogImport {
    private let connection: PostgresConnection
    private var epochs: [Epoch] = []
    private var firstOrdinal: Int64 = 0
    private var batch: [(line: Int, event: LoggedEvent)] = []
    private var line = 0
    private var last: LoggedEvent?
    private var seals = ExportSealCheck()

    /// The size of the batch's lines.
    private var batchBytes = 0

    /// The number of events at which a batch is written.
    private let batchLimit = 1000
    /// The size of the events' lines, in bytes, at which a batch is written.
    private let batchByteLimit = 8 << 20

    private init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// - Parameters:
    ///   - connection: acts as the writer role.
    ///   - body: hands over the file's lines, in order and without their line feeds.
    /// - Returns: the position of the last event, and whether the whole file was within seals (``ExportSeal``).
    /// - Throws: `LogTransferError` naming the line, and the log is as empty as before.
    package static func run(
        on connection: PostgresConnection,
        _ body: (inout LogImport) async throws -> Void
    ) async throws -> (head: LogPosition, isSealed: Bool) {
        try await connection.withTransaction("begin isolation level read committed") { transaction in
            try await fill(transaction, body)
        }
    }

    private static func fill(
        _ connection: PostgresConnection,
        _ body: (inout LogImport) async throws -> Void
    ) async throws -> (head: LogPosition, isSealed: Bool) {
        var log = LogImport(connection)
        try await log.start()
        try await body(&log)
        return (try await log.finish(), log.seals.isSealed)
    }

    /// Takes the next line.
    package mutating func add(_ bytes: [UInt8]) async throws {
        line += 1
        do {
            guard try seals.take(bytes) else { return }
            try check(LoggedEvent.read(exportLine: bytes))
        } catch let error as LogTransferError {
            throw LogTransferError("line \(line): \(error)")
        }
        batchBytes += bytes.count
        if batch.count == batchLimit || batchBytes >= batchByteLimit { try await flush() }
    }

    private mutating func start() async throws {
        guard try await LogHead(lockHead()).seq == 0 else {
            throw LogTransferError("the log is not empty; events can only be imported into an empty log")
        }
        firstOrdinal = try await EpochStore.load(connection, after: 0).last?.ordinal ?? 0
    }

    private func lockHead() async throws -> PostgresResult {
        try await connection.query(LogHead.selectForUpdate)
    }

    private mutating func check(_ read: (event: LoggedEvent, position: LogPosition)) throws {
        let (event, position) = read
        let expected = (last?.seq ?? 0) + 1
        guard event.seq == expected else {
            throw LogTransferError("the log's event \(expected) should be here, not \(event.seq)")
        }
        if let last, event.recordedAt < last.recordedAt {
            throw LogTransferError("it was recorded before the event that precedes it")
        }
        if epochs.last?.name != position.epoch {
            guard !epochs.contains(where: { $0.name == position.epoch }) else {
                throw LogTransferError("the epoch \(position.epoch) had ended before")
            }
            let ordinal = firstOrdinal + Int64(epochs.count) + 1
            epochs.append(Epoch(ordinal: ordinal, name: position.epoch, firstSeq: event.seq))
        }
        last = event
        batch.append((line, event))
    }

    /// Folds the batch into its orders and writes both.
    private mutating func flush() async throws {
        guard !batch.isEmpty else { return }
        let batches = Dictionary(grouping: batch, by: \.event.orderId)
        let connection = connection
        var numbers: [TrackingNumberTable.Row] = []
        try await StoredStates.forEachSlice(of: Array(batches.keys)) { ids in
            CurrentStateTable.load(ids, version: .active)
        } read: { query in
            try await connection.query(query.sql, query.bindings)
        } body: { ids, records in
            let changed = try ids.map { try Self.fold(batches[$0] ?? [], of: $0, into: records[$0], &numbers) }
            let upsert = CurrentStateTable.upsert(StateWrite(changed), version: .active)
            try await connection.query(upsert.sql, upsert.bindings)
        }
        _ = try await connection.pipeline([
            AppendStatements.insertEvents(batch.map(\.event)), TrackingNumberTable.insert(numbers),
        ])
        batch.removeAll(keepingCapacity: true)
        batchBytes = 0
    }

    private static func fold(
        _ events: [(line: Int, event: LoggedEvent)],
        of orderId: UUID,
        into stored: OrderRecord?,
        _ numbers: inout [TrackingNumberTable.Row]
    ) throws -> OrderRecord {
        let first = Timestamp(unixMicroseconds: 0)
        var record = stored ?? OrderRecord(order: Order(orderId: orderId), seq: 0, recordedAt: first)
        for (line, event) in events {
            do {
                let folded = try record.replay(event)
                if let key = TrackingKey(of: folded, in: event.shop) {
                    numbers.append(TrackingNumberTable.Row(seq: event.seq, key: key, orderId: event.orderId))
                }
            } catch {
                throw LogTransferError("line \(line): \(error)")
            }
        }
        return record
    }

    private mutating func finish() async throws -> LogPosition {
        do {
            try seals.finish()
        } catch let error as LogTransferError {
            throw LogTransferError("after line \(line): \(error)")
        }
        try await flush()
        guard let last, let epoch = epochs.last else { throw LogTransferError("the file holds no events") }
        for epoch in epochs { try await insert(epoch) }
        let end = LogPosition(epoch: epoch.name, seq: last.seq)
        guard let place = try await HeadPlace(lockHead()) else { throw MissingLogHead() }
        _ = try await connection.pipeline([
            AppendStatements.moveHead(to: last.seq, recordedAt: last.recordedAt, at: place),
            AppendStatements.notify(head: end),
        ])
        try await EpochStore.open(on: connection)
        return end
    }
}

extension LogImport {
    /// No database has this identity, so nothing is ever appended to an imported epoch.
    private func insert(_ epoch: Epoch) async throws {
        let rows = try await connection.query(
            """
            insert into log_epochs (ordinal, epoch, first_seq, identity, opened_at)
            values ($1, $2, $3, 'imported', clock_timestamp()) on conflict (epoch) do nothing returning ordinal
            """,
            [epoch.ordinal, epoch.name, epoch.firstSeq]
        )
        guard !rows.isEmpty else { throw LogTransferError("this log has an epoch \(epoch.name) of its own already") }
    }
}

extension LogTransferError {
    fileprivate init(_ error: StoredDataError) {
        switch error {
        case .unknownType(let type): self.init("there is no event type “\(type)”")
        case .unknownSchema(let type, let schema): self.init("\(type) has no schema \(schema)")
        case .malformed(let what, let detail): self.init("\(what) is malformed: \(detail)")
        }
    }
}

extension OrderRecord {
    /// Folds a stored event, which must be the order's next and say of it what is so.
    ///
    /// - Returns: the event, decoded.
    fileprivate mutating func replay(_ event: LoggedEvent) throws -> OrderEvent {
        guard event.version == order.version + 1 else {
            throw LogTransferError("version \(order.version + 1) of the order should be here, not \(event.version)")
        }
        guard event.statusBefore == order.announced?.rawValue else {
            throw LogTransferError("“statusBefore” is not the status that was announced before")
        }
        guard let announced = OrderStatus(rawValue: event.status) else {
            throw LogTransferError("“status” is no status: \(event.status)")
        }
        let folded: OrderEvent
        do {
            folded = try OrderEvent(
                type: event.type,
                schema: event.schema,
                occurredAt: event.occurredAt,
                number: event.number,
                shop: event.shop,
                customer: event.customer,
                data: event.data,
                internal: event.internal
            )
        } catch {
            throw LogTransferError(error)
        }
        guard (folded.type == .orderPlaced) == (event.version == 1) else {
            throw LogTransferError("an order begins with OrderPlaced and is placed once")
        }
        order.replay(folded, announced: announced)
        let envelope = (event.number, event.shop, event.customer)
        guard envelope == (order.number, order.shop, order.customer) else {
            throw LogTransferError("“number”, “shop” or “customer” is not the order's")
        }
        seq = event.seq
        recordedAt = event.recordedAt
        return folded
    }
}
