import Foundation
import Orders

/// Decides a batch of commands under the head lock, one after the other, each seeing the results of those before it.
///
/// Pure: the database's knowledge comes in, rows to write come out.
struct BatchPlan {
    private(set) var events: [LoggedEvent] = []
    private(set) var commands: [NewCommand] = []
    private(set) var changed: Set<UUID> = []
    private(set) var records: [UUID: OrderRecord]
    private(set) var headSeq: Int64
    private(set) var known: [CommandKey: AcceptedCommand]
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
        known: [CommandKey: AcceptedCommand]
    ) {
        self.headSeq = headSeq
        self.recordedAt = recordedAt
        self.epochs = epochs
        self.records = records
        self.known = known
    }

    var isEmpty: Bool { commands.isEmpty }

    /// Decides the next command of the batch.
    ///
    /// - Parameter acceptedBefore: this very submission was accepted in an attempt whose outcome is unknown, so that
    ///   finding its id in the log gives the first answer and not a repetition.
    mutating func decide(
        _ submission: Submission,
        acceptedBefore: Bool = false
    ) -> Result<CommandReceipt, AppendRefusal> {
        let existing = records[submission.orderId]
        let isPlacement = submission.command.name == .placeOrder
        if let shop = submission.command.shop ?? existing?.order.shop, submission.mayAct(in: shop) {
            if let accepted = known[CommandKey(shop: shop, commandId: submission.commandId)] {
                guard accepted.fingerprint == submission.fingerprint else { return .failure(.commandIdReused) }
                return .success(receipt(of: accepted, replayed: !acceptedBefore))
            }
        }
        if isPlacement {
            if let existing {
                let isVisible = submission.mayAct(in: existing.order.shop)
                return .failure(.orderExists(isVisible ? facts(about: existing, for: submission) : nil))
            }
        } else if existing.map({ submission.mayAct(in: $0.order.shop) }) != true {
            return .failure(.unknownOrder)
        }
        let record =
            existing ?? OrderRecord(order: Order(orderId: submission.orderId), seq: headSeq, recordedAt: recordedAt)
        if let ifMatch = submission.ifMatch, ifMatch != record.order.version {
            return .failure(.versionMismatch(current: record.order.version))
        }
        do {
            let decided = try record.order.decide(submission.command, receivedAt: submission.receivedAt)
            return .success(append(decided, of: submission, to: record))
        } catch {
            return .failure(.rejected(error, facts(about: record, for: submission)))
        }
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
            events.append(logged(event, of: submission, order: record.order, before: before, after: after))
            record.seq = headSeq
            record.recordedAt = recordedAt
        }
        if !decided.isEmpty {
            records[submission.orderId] = record
            changed.insert(submission.orderId)
        }
        let accepted = AcceptedCommand(
            fingerprint: submission.fingerprint,
            orderId: submission.orderId,
            firstSeq: firstSeq,
            lastSeq: record.seq,
            version: record.order.version,
            status: record.status,
            types: decided.map(\.type.rawValue)
        )
        let key = CommandKey(shop: record.order.shop, commandId: submission.commandId)
        known[key] = accepted
        commands.append(NewCommand(key: key, command: accepted))
        return receipt(of: accepted, replayed: false)
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
            orderId: submission.orderId,
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

    private func receipt(of command: AcceptedCommand, replayed: Bool) -> CommandReceipt {
        CommandReceipt(
            orderId: command.orderId,
            version: command.version,
            status: command.status,
            position: epochs.position(of: command.lastSeq),
            events: command.types.enumerated().map { offset, type in
                ReceiptEvent(position: epochs.position(of: command.firstSeq + Int64(offset)), type: type)
            },
            replayed: replayed
        )
    }
}

extension Submission {
    /// The caller's shops include this one.
    fileprivate func mayAct(in shop: String) -> Bool { shops?.contains(shop) ?? true }
}
