import Foundation
import Orders
import Postgres

/// The decisions of a batch on what this process knows of the log, made before the head is locked; some of them while
/// the batch before it is being committed.
///
/// They hold where the head is where this process's last commit left it, and no command and no order has an id that was
/// taken for new. The transaction makes sure of that: it begins with `requirements`, which fail otherwise. Then the
/// batch is decided again under the head lock.
struct AssumedPlan: Sendable {
    /// The orders that this process knows, and the commands and orders that were looked up.
    struct Knowledge: Sendable {
        /// Orders as the decided batch finds them.
        let orders: [UUID: OrderRecord]
        let prefetch: BatchPrefetch
    }

    /// The decided commands.
    private(set) var entries: [AppendQueue.Entry] = []
    /// Their results, in their order.
    private(set) var results: [Result<CommandReceipt, AppendRefusal>] = []
    private(set) var plan: BatchPlan
    /// The head on which the batch is decided.
    let head: LogHead
    let epochs: EpochTable
    private let lookUp: CommandLookUp
    private let limits: AppendTransaction.Limits
    /// The command ids that are taken for new; may hold duplicates.
    private var newCommandIds: [String] = []
    private var newOrderIds: Set<UUID> = []
    /// The batch has as much as a transaction may have.
    private var isFull = false

    /// The place of the statement that moves the head among `requirements`.
    static let headIndex = 1
    /// The beginning of SQL that fails with `division_by_zero` where it finds a row.
    static let selectNone = "select 1 / (case count(*) when 0 then 1 else 0 end) as none"

    /// - Parameters:
    ///   - time: the time at which the batch's events are recorded, in microseconds since 1970.
    ///   - known: commands of the batch before, as it knew and added them.
    ///   - snapshot: the filter of the ids of past days.
    ///   - count: the number of commands that are expected.
    init(
        after head: LogHead,
        at time: Int64,
        in epochs: EpochTable,
        known: [CommandKey: AcceptedCommand] = [:],
        snapshot: CommandIdFilterCache.Snapshot?,
        limits: AppendTransaction.Limits,
        reserving count: Int = 0
    ) {
        self.head = head
        self.epochs = epochs
        self.limits = limits
        lookUp = CommandLookUp(snapshot: snapshot, epochs: epochs)
        plan = BatchPlan(
            headSeq: head.seq,
            recordedAt: head.timeAfter(time),
            epochs: epochs,
            records: Dictionary(minimumCapacity: count),
            known: known
        )
        newCommandIds.reserveCapacity(count)
    }

    /// Decides further commands of the batch, up to the bounds of a transaction.
    ///
    /// - Returns: false where one of them needs something that is not known. The plan is of no use then.
    mutating func decide(_ more: some Collection<AppendQueue.Entry>, by knowledge: Knowledge) -> Bool {
        plan.add(knowledge.prefetch.known)
        for entry in more where !assume(for: entry, by: knowledge) { return false }
        guard !isFull, !more.isEmpty else { return true }
        let decided = plan.decide(more, within: limits)
        entries += more.prefix(decided.count)
        results += decided
        isFull = decided.count < more.count || plan.eventBytes >= limits.eventBytes
        return true
    }

    /// Gathers what the decision about a command needs.
    ///
    /// - Returns: false where it needs more than is known.
    private mutating func assume(for entry: AppendQueue.Entry, by knowledge: Knowledge) -> Bool {
        // The orders of a tracking number are found in the database alone, and what an attempt left is looked up there.
        guard entry.submission.trackingKey == nil, !entry.maybeCommitted else { return false }
        let commandId = entry.submission.commandId
        if entry.mayBeKnown, !knowledge.prefetch.commandIds.contains(commandId) {
            guard !lookUp.mayBeOfPast(commandId) else { return false }
            newCommandIds.append(commandId)
        }
        guard let orderId = entry.knownOrderId, plan.records[orderId] == nil else { return true }
        if let record = knowledge.orders[orderId] ?? knowledge.prefetch.orders[orderId] {
            plan.add(record)
        } else if !knowledge.prefetch.orderIds.contains(orderId), !newOrderIds.contains(orderId) {
            guard entry.submission.command.name == .placeOrder else { return false }
            newOrderIds.insert(orderId)
        }
        return true
    }

    /// The time at which the batch's events are recorded.
    var recordedAt: Timestamp { plan.recordedAt }

    /// True where nothing was accepted, so that no transaction would tell whether the decisions hold.
    var isEmpty: Bool { plan.isEmpty }

    /// The statements that begin the transaction, move the head, and fail with `division_by_zero` where the decisions
    /// do not hold.
    ///
    /// The head comes first and is never waited for, so that the others see all that was committed before.
    ///
    /// - Parameters:
    ///   - headPlace: the place of the head's row after this process's last commit.
    ///   - isBehind: a commit that moves the head's row from there is under way on the same session.
    ///   - next: the head after the transaction.
    func requirements(at headPlace: HeadPlace, isBehind: Bool = false, moving next: LogHead) -> [PostgresQuery] {
        var statements = [
            PostgresQuery("begin isolation level read committed"),
            LogHead.moveUnmoved(head, at: headPlace, isBehind: isBehind, to: next),
            // Without ids too: it locks the partitions that the commands may go to, as in `AppendTransaction.begin`.
            lookUp.requireNone(of: newCommandIds),
        ]
        if !newOrderIds.isEmpty {
            statements.append(CurrentStateTable.requireNone(of: Array(newOrderIds), version: .active))
        }
        return statements
    }
}
