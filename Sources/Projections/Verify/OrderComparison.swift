import Foundation
import OrderLog
import Orders

/// The comparison of stored rows with their orders' events, which come one by one, order by order. Each order is
/// compared when its last event has come.
struct OrderComparison<Model: VerifiableModel> {
    /// The order whose events come.
    private struct Current {
        let orderId: UUID
        var entry: Model.Entry
        /// The order's state at the version of the stored one.
        var state: String?
        var isUnreadable = false
    }

    private let model: Model
    private let sumsThrough: Int64
    private let report: @Sendable (Difference) -> Void
    private let stored: [UUID: StoredFields]
    /// The versions of the stored states.
    private let versions: [UUID: Int]
    private let ids: [UUID]
    private var compared: Set<UUID> = []
    private var current: Current?
    private var sums: Model.Sums
    private var laterSums: Model.Sums

    init(
        _ check: OrdersCheck<Model>,
        of ids: [UUID],
        stored: [UUID: StoredFields],
        versions: [UUID: Int]
    ) {
        model = check.model
        sumsThrough = check.sumsThrough
        report = check.report
        self.stored = stored
        self.versions = versions
        self.ids = ids
        sums = check.model.makeSums()
        laterSums = check.model.makeSums()
    }

    /// Folds an event.
    mutating func add(_ row: inout LogRow) throws {
        if current?.orderId != row.orderId {
            compareCurrent()
            current = Current(orderId: row.orderId, entry: model.makeEntry(for: row.orderId))
        }
        guard current?.isUnreadable == false, var order = current.take() else { return }
        let event = try row.event(envelope: model.envelope(of: order.entry))
        do {
            if event.seq <= sumsThrough {
                _ = try model.fold(event, into: &order.entry, sums: &sums)
            } else {
                _ = try model.fold(event, into: &order.entry, sums: &laterSums)
            }
            if versions[order.orderId] == event.version { order.state = model.order(of: order.entry).map(Self.state) }
        } catch let error as UnreadableEvent {
            order.isUnreadable = true
            report(difference(for: event, error))
        }
        current = order
    }

    /// Compares the orders that are left, those without events too.
    ///
    /// - Returns: the sums over the orders' events.
    mutating func finish() -> Model.Sums {
        compareCurrent()
        for id in ids where !compared.contains(id) { compare(id, expected: [:]) }
        return sums
    }

    private mutating func compareCurrent() {
        guard let order = current.take() else { return }
        compared.insert(order.orderId)
        if !order.isUnreadable { compare(order.orderId, expected: fields(of: order)) }
    }

    private func compare(_ orderId: UUID, expected: StoredFields) {
        for difference in FieldComparison.differences(
            projection: model.name,
            orderId: orderId,
            stored: stored[orderId] ?? [:],
            expected: expected
        ) { report(difference) }
    }

    /// The values that an order's rows should have. A stored state of another layout is not among the stored values,
    /// and none is expected then.
    private func fields(of order: Current) -> StoredFields {
        var fields = model.expectedFields(of: order.entry)
        let stored = stored[order.orderId]
        if stored == nil || stored?[FieldComparison.state] != nil {
            fields[FieldComparison.state] = order.state ?? model.order(of: order.entry).map(Self.state)
        }
        return fields
    }

    private static func state(of order: Order) -> String { String(decoding: order.encodeState(), as: UTF8.self) }

    private func difference(for event: LoggedEvent, _ error: UnreadableEvent) -> Difference {
        Difference(
            projection: model.name,
            orderId: event.orderId,
            field: "event \(event.seq)",
            stored: event.type,
            expected: "\(error)"
        )
    }
}
