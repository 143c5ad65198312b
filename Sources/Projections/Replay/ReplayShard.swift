import Foundation
import OrderLog

/// One worker's share of the orders. Orders in use stay in memory from one write to the next; others are loaded from
/// the version that is being built when an event needs them.
actor ReplayShard<Model: ReplayableModel> {
    private final class Slot {
        var entry: Model.Entry
        var isStored: Bool
        var isDirty = false
        /// The number of writes before the order was last used.
        var lastUsed = 0
        var byteCount: Int

        init(_ entry: Model.Entry, isStored: Bool, byteCount: Int) {
            self.entry = entry
            self.isStored = isStored
            self.byteCount = byteCount
        }
    }

    /// The changes since the last write.
    struct Changes: Sendable {
        let write: ReplayWrite
        let sums: Model.Sums
        /// The last event in the changes; nil where the share had none.
        let last: LoggedEvent?
    }

    private let model: Model
    private let worker: Int
    private let version: Int
    private var slots: [UUID: Slot] = [:]
    private var dirty: [Slot] = []
    private var sums: Model.Sums
    private var writeCount = 0
    private var last: LoggedEvent?
    /// The estimated size of all slots, in bytes.
    private(set) var byteCount = 0

    init(_ model: Model, worker: Int, version: Int) {
        self.model = model
        self.worker = worker
        self.version = version
        sums = model.makeSums()
    }

    /// Folds the events of the orders in memory and of new orders.
    ///
    /// - Returns: the orders that have to be loaded first; their events in this chunk wait.
    /// - Throws: `UnreadableEvent`.
    func fold(_ chunk: LogChunk) throws -> [UUID] {
        var missing: Set<UUID> = []
        try chunk.forEachRow(of: worker) { row in
            if let slot = slots[row.orderId] {
                try fold(&row, into: slot)
            } else if row.version == 1 {
                let slot = Slot(
                    model.makeEntry(for: row.orderId),
                    isStored: false,
                    byteCount: ReplayLimits.orderOverheadBytes
                )
                byteCount += slot.byteCount
                slots[row.orderId] = slot
                try fold(&row, into: slot)
            } else {
                missing.insert(row.orderId)
            }
        }
        return Array(missing)
    }

    /// Folds the waiting events of orders that were loaded.
    ///
    /// - Parameters:
    ///   - ids: the orders whose events wait. An order without rows is folded from nothing, which throws as it must.
    ///   - loaded: those of the orders that have rows.
    func fold(_ chunk: LogChunk, waitingFor ids: [UUID], loaded: [LoadedEntry<Model.Entry>]) throws {
        var waiting: [UUID: Slot] = [:]
        for found in loaded {
            let byteCount = found.byteCount + ReplayLimits.orderOverheadBytes
            waiting[found.orderId] = Slot(found.entry, isStored: true, byteCount: byteCount)
        }
        for id in ids {
            let slot =
                waiting[id]
                ?? Slot(model.makeEntry(for: id), isStored: false, byteCount: ReplayLimits.orderOverheadBytes)
            waiting[id] = slot
            slots[id] = slot
            byteCount += slot.byteCount
        }
        try chunk.forEachRow(of: worker) { row in
            if let slot = waiting[row.orderId] { try fold(&row, into: slot) }
        }
    }

    private func fold(_ row: inout LogRow, into slot: Slot) throws {
        let event = try row.event(envelope: model.envelope(of: slot.entry))
        let hasChanged = try model.fold(event, into: &slot.entry, sums: &sums)
        let eventBytes = (event.data?.count ?? 0) + event.internal.count
        slot.byteCount += eventBytes
        byteCount += eventBytes
        slot.lastUsed = writeCount
        if hasChanged, !slot.isDirty {
            slot.isDirty = true
            dirty.append(slot)
        }
        if event.seq > last?.seq ?? 0 { last = event }
    }

    var dirtyCount: Int { dirty.count }

    /// Takes the changes since the last write, and drops orders from memory that were not used since the write before
    /// it.
    ///
    /// Dropped orders can be loaded again once the changes are committed.
    ///
    /// - Parameter byteLimit: the size of the remaining orders above which all are dropped.
    func takeChanges(keepingAtMost byteLimit: Int) -> Changes {
        var write = ReplayWrite()
        for slot in dirty {
            model.write(&slot.entry, isStored: slot.isStored, version: version, to: &write)
            slot.isStored = true
            slot.isDirty = false
        }
        dirty.removeAll(keepingCapacity: true)
        write.completeAllPieces()
        defer {
            sums = model.makeSums()
            last = nil
        }
        drop { $0.lastUsed < writeCount }
        if byteCount > byteLimit { drop { _ in true } }
        writeCount += 1
        return Changes(write: write, sums: sums, last: last)
    }

    private func drop(where isUnused: (Slot) -> Bool) {
        for (id, slot) in slots where isUnused(slot) {
            byteCount -= slot.byteCount
            slots[id] = nil
        }
    }
}
