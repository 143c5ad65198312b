import Foundation
import Orders

/// A command accepted earlier, as `commands` remembers it.
struct AcceptedCommand: Sendable {
    let fingerprint: [UInt8]
    let orderId: UUID
    let firstSeq: Int64
    let lastSeq: Int64
    let version: Int
    let status: String
    /// The types of the events `firstSeq … lastSeq`.
    var types: [String]
}

struct CommandKey: Hashable, Sendable {
    let shop: String
    let commandId: String
}

/// An order as the append transaction knows it: folded state and the place of its last event.
struct OrderRecord: Sendable {
    var order: Order
    var seq: Int64
    var recordedAt: Timestamp
}

/// Judges a batch of commands under the head lock, one after the other, each seeing what those before it did.
///
/// Pure: what the database knows comes in, rows to write come out.
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

    /// - Parameter acceptedBefore: this very submission was accepted in an attempt whose outcome is unknown, so finding its
    ///   id in the log is its first answer and no repetition.
    mutating func judge(_ submission: Submission, acceptedBefore: Bool = false) -> Result<CommandReceipt, AppendRefusal>
    {
        let existing = records[submission.orderId]
        let places = submission.command.name == .placeOrder
        if let shop = submission.command.shop ?? existing?.order.shop, sees(submission, shop) {
            if let remembered = known[CommandKey(shop: shop, commandId: submission.commandId)] {
                guard remembered.fingerprint == submission.fingerprint else { return .failure(.commandIdReused) }
                return .success(receipt(of: remembered, replayed: !acceptedBefore))
            }
        }
        if places {
            if let existing {
                return .failure(.orderExists(sees(submission, existing.order.shop) ? facts(existing, submission) : nil))
            }
        } else if existing.map({ sees(submission, $0.order.shop) }) != true {
            return .failure(.unknownOrder)
        }
        let record =
            existing ?? OrderRecord(order: Order(orderId: submission.orderId), seq: headSeq, recordedAt: recordedAt)
        if let ifMatch = submission.ifMatch, ifMatch != record.order.version {
            return .failure(.versionMismatch(current: record.order.version))
        }
        do {
            let decided = try record.order.decide(submission.command, receivedAt: submission.receivedAt)
            return .success(accept(decided, submission, record))
        } catch {
            return .failure(.rejected(error, facts(record, submission)))
        }
    }

    private func sees(_ submission: Submission, _ shop: String) -> Bool {
        submission.shops?.contains(shop) ?? true
    }

    private func facts(_ record: OrderRecord, _ submission: Submission) -> OrderFacts {
        OrderFacts(
            orderId: record.order.orderId,
            status: record.order.headline.rawValue,
            version: record.order.version,
            allowedCommands: record.order.allowedCommands(for: submission.role).map(\.rawValue)
        )
    }

    private mutating func accept(
        _ decided: [OrderEvent],
        _ submission: Submission,
        _ record: OrderRecord
    ) -> CommandReceipt {
        var record = record
        let first = decided.isEmpty ? record.seq + 1 : headSeq + 1
        for event in decided {
            headSeq += 1
            let (before, after) = record.order.apply(event)
            let (data, `internal`) = event.encode()
            events.append(
                LoggedEvent(
                    seq: headSeq,
                    orderId: submission.orderId,
                    version: record.order.version,
                    number: record.order.number,
                    shop: record.order.shop,
                    customer: record.order.customer,
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
            )
            record.seq = headSeq
            record.recordedAt = recordedAt
        }
        if !decided.isEmpty {
            records[submission.orderId] = record
            changed.insert(submission.orderId)
        }
        let remembered = AcceptedCommand(
            fingerprint: submission.fingerprint,
            orderId: submission.orderId,
            firstSeq: first,
            lastSeq: record.seq,
            version: record.order.version,
            status: record.order.headline.rawValue,
            types: decided.map(\.type.rawValue)
        )
        let key = CommandKey(shop: record.order.shop, commandId: submission.commandId)
        known[key] = remembered
        commands.append(NewCommand(key: key, command: remembered))
        return receipt(of: remembered, replayed: false)
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
