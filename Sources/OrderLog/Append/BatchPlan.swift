import Foundation
import Orders

/// Decides a batch of commands, one after the other, each seeing the results of those before it.
///
/// Pure: the database's knowledge comes in, rows to write come out.
struct BatchPlan {
    private(set) var events: [LoggedEvent] = []
    /// The size of the events' texts, in bytes.
    private(set) var eventBytes = 0
    private(set) var commands: [NewCommand] = []
    private(set) var changed: Set<UUID> = []
    private(set) var records: [UUID: OrderRecord]
    private(set) var headSeq: Int64
    private(set) var known: [CommandKey: AcceptedCommand]
    /// The orders of the tracking numbers by which the batch's scans name their parcels, and of those that the batch
    /// gives.
    private var candidates: [TrackingKey: [UUID]]
    /// The rows of the tracking numbers that the batch's events give.
    private(set) var trackingNumbers: [TrackingNumberTable.Row] = []
    let recordedAt: Timestamp
    private let epochs: EpochTable

    struct NewCommand: Sendable {
        let key: CommandKey
        let command: AcceptedCommand
    }

    init(
        headSeq: Int64,
        recordedAt: Timestamp,
        epochs: EpochTable,
        records: [UUID: OrderRecord],
        known: [CommandKey: AcceptedCommand],
        candidates: [TrackingKey: [UUID]] = [:]
    ) {
        self.headSeq = headSeq
        self.recordedAt = recordedAt
        self.epochs = epochs
        self.records = records
        self.known = known
        self.candidates = candidates
    }

    var isEmpty: Bool { commands.isEmpty }

    /// Adds an order that a later command of the batch needs.
    mutating func add(_ record: OrderRecord) { records[record.order.orderId] = record }

    /// Adds commands that were accepted before the batch, and were found after its first decisions.
    mutating func add(_ accepted: [CommandKey: AcceptedCommand]) { known.merge(accepted) { first, _ in first } }

    /// Decides commands, each after the one before it, up to the bounds of a transaction.
    ///
    /// - Returns: the results of the first ones; of one at least.
    mutating func decide(
        _ entries: some Sequence<AppendQueue.Entry>,
        within limits: AppendTransaction.Limits
    ) -> [Result<CommandReceipt, AppendRefusal>] {
        var results: [Result<CommandReceipt, AppendRefusal>] = []
        let deadline = ContinuousClock.now + limits.work
        for entry in entries {
            results.append(decide(entry.submission, attemptedAfter: entry.attemptedAfter))
            if eventBytes >= limits.eventBytes || ContinuousClock.now >= deadline { break }
        }
        return results
    }

    /// Decides the next command of the batch.
    ///
    /// - Parameter attemptedAfter: the log's last event before an attempt that accepted this very submission and whose
    ///   outcome is unknown: finding its id after that event gives the first answer and not a repetition.
    mutating func decide(
        _ submission: Submission,
        attemptedAfter: Int64? = nil
    ) -> Result<CommandReceipt, AppendRefusal> {
        let named = submission.orderId.flatMap { records[$0] }
        if let answer = firstAnswer(to: submission, in: named?.order.shop, attemptedAfter: attemptedAfter) {
            return answer
        }
        guard let (orderId, command) = addressed(submission) else { return .failure(.unknownTrackingNumber) }
        let existing = orderId == submission.orderId ? named : records[orderId]
        if command.name == .placeOrder {
            if let existing {
                let isVisible = submission.mayAct(in: existing.order.shop)
                return .failure(.orderExists(isVisible ? facts(about: existing, for: submission) : nil))
            }
        } else if existing.map({ submission.mayAct(in: $0.order.shop) }) != true {
            return .failure(.unknownOrder)
        }
        let record = existing ?? OrderRecord(order: Order(orderId: orderId), seq: headSeq, recordedAt: recordedAt)
        if let ifMatch = submission.ifMatch, !ifMatch.contains(record.order.version) {
            return .failure(.versionMismatch(current: record.order.version))
        }
        do {
            let decided = try record.order.decide(command, receivedAt: submission.receivedAt)
            return .success(append(decided, of: submission, to: record))
        } catch {
            return .failure(.rejected(error, facts(about: record, for: submission)))
        }
    }

    /// The answer to a command whose id was used before, in the shop that the command names or that its order has.
    ///
    /// - Parameter orderShop: the shop of the order that the command names; nil where the order is unknown.
    /// - Returns: nil for a new command id, and where the shop is unknown or not the caller's.
    private func firstAnswer(
        to submission: Submission,
        in orderShop: String?,
        attemptedAfter: Int64?
    ) -> Result<CommandReceipt, AppendRefusal>? {
        guard let shop = submission.trackingKey?.shop ?? submission.command.shop ?? orderShop,
            submission.mayAct(in: shop),
            let accepted = known[CommandKey(shop: shop, commandId: submission.commandId)]
        else { return nil }
        guard accepted.fingerprint == submission.fingerprint else { return .failure(.commandIdReused) }
        let isFirst = attemptedAfter.map(accepted.mayBeNewer) ?? false
        return .success(accepted.receipt(in: epochs, replayed: !isFirst))
    }

    /// The order that the command is for, and the command with its parcel: a scan by tracking number goes to the best
    /// match among all orders that know the number.
    ///
    /// - Returns: nil where no parcel of the shop has the tracking number.
    private func addressed(_ submission: Submission) -> (orderId: UUID, command: OrderCommand)? {
        guard let key = submission.trackingKey, let target = submission.command.scanTarget else {
            return submission.orderId.map { ($0, submission.command) }
        }
        let matches = (candidates[key] ?? []).compactMap { orderId in
            records[orderId]?.order.parcelMatch(for: target).map { (orderId, match: $0) }
        }
        guard let (orderId, match) = matches.max(by: { $0.match < $1.match }) else { return nil }
        return (orderId, submission.command.addressed(toParcel: match.parcelId))
    }

    private func facts(about record: OrderRecord, for submission: Submission) -> OrderFacts {
        OrderFacts(
            orderId: record.order.orderId,
            status: record.status,
            version: record.order.version,
            allowedCommands: record.order.allowedCommands(for: submission.role).map(\.rawValue)
        )
    }

    private mutating func append(
        _ decided: [OrderEvent],
        of submission: Submission,
        to record: OrderRecord
    ) -> CommandReceipt {
        var record = record
        let firstSeq = decided.isEmpty ? record.seq + 1 : headSeq + 1
        for event in decided {
            headSeq += 1
            let (before, after) = record.order.apply(event)
            let logged = logged(event, of: submission, order: record.order, before: before, after: after)
            events.append(logged)
            eventBytes += (logged.data?.count ?? 0) + logged.internal.count
            record.snapshot?.count(logged)
            addTrackingNumber(of: event, to: record.order)
            record.seq = headSeq
            record.recordedAt = recordedAt
        }
        if !decided.isEmpty {
            records[record.order.orderId] = record
            changed.insert(record.order.orderId)
        }
        let accepted = AcceptedCommand(
            fingerprint: submission.fingerprint,
            orderId: record.order.orderId,
            firstSeq: firstSeq,
            lastSeq: record.seq,
            version: record.order.version,
            status: record.status,
            events: decided.map { AcceptedEvent(type: $0.type.rawValue, anomaly: $0.anomaly?.code.rawValue) }
        )
        let key = CommandKey(shop: record.order.shop, commandId: submission.commandId)
        known[key] = accepted
        commands.append(NewCommand(key: key, command: accepted))
        return accepted.receipt(in: epochs, replayed: false)
    }

    /// Remembers the tracking number that an event gives, for later scans of the batch and for the table.
    private mutating func addTrackingNumber(of event: OrderEvent, to order: Order) {
        guard let key = TrackingKey(of: event, in: order.shop) else { return }
        trackingNumbers.append(TrackingNumberTable.Row(seq: headSeq, key: key, orderId: order.orderId))
        if !candidates[key, default: []].contains(order.orderId) {
            candidates[key, default: []].insert(order.orderId, at: 0)
        }
    }

    private func logged(
        _ event: OrderEvent,
        of submission: Submission,
        order: Order,
        before: OrderStatus?,
        after: OrderStatus
    ) -> LoggedEvent {
        let (data, `internal`) = event.encode()
        return LoggedEvent(
            seq: headSeq,
            orderId: order.orderId,
            version: order.version,
            number: order.number,
            shop: order.shop,
            customer: order.customer,
            type: event.type.rawValue,
            schema: event.schema,
            statusBefore: before?.rawValue,
            status: after.rawValue,
            data: data,
            internal: `internal`,
            actor: submission.actor,
            commandId: submission.commandId,
            correlationId: submission.correlationId,
            causationId: submission.causationId,
            occurredAt: event.occurredAt,
            recordedAt: recordedAt
        )
    }
}

extension Submission {
    /// The caller's shops include this one.
    func mayAct(in shop: String) -> Bool { shops?.contains(shop) ?? true }
}
