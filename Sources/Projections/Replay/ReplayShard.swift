import Foundation
import OrderLog

/// One worker's share of the orders. Orders in use stay in memory from one write to the next; others are loaded from
/// the version that is being built when an event needs them.
actor ReplayShard<Model: ReplayableModel> {
    private final class Slot {
        var entry: Model.Entry
        /// The values that the order's events have in common, once its first event is folded.
        var envelope: EventEnvelope
        var isStored: Bool
        var isDirty = false
        /// The number of writes before the order was last used.
        var lastUsed = 0
        var byteCount: Int

        init(_ entry: Model.Entry, _ envelope: EventEnvelope, isStored: Bool, byteCount: Int) {
            self.entry = entry
            self.envelope = envelope
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
    private let limits: ReplayLimits
    private var slots: [UUID: Slot] = [:]
    /// The orders of the chunk's rows, one for each, as `findMissing` found them; nil for those that were missing.
    private var found: [Slot?] = []
    private var dirty: [Slot] = []
    private var sums: Model.Sums
    private var writeCount = 0
    private var last: LoggedEvent?
    /// The estimated size of all slots, in bytes.
    private(set) var byteCount = 0

    init(_ model: Model, worker: Int, version: Int, limits: ReplayLimits) {
        self.model = model
        self.worker = worker
        self.version = version
        self.limits = limits
        sums = model.makeReplaySums()
    }

    /// An order that has to be loaded, and its first event in a chunk.
    struct Missing: Sendable {
        let orderId: UUID
        let seq: Int64
    }

    /// The orders of a chunk's events that are neither in memory nor placed in the chunk, by their first events. The
    /// others are kept at hand for `fold`.
    func findMissing(for chunk: LogChunk) throws -> [Missing] {
        var (missing, known): ([Missing], Set<UUID>) = ([], [])
        found.removeAll(keepingCapacity: true)
        try chunk.forEachRow(of: worker) { row in
            var slot = slots[row.orderId]
            if slot == nil, row.version == 1 {
                slot = add(model.makeEntry(for: row.orderId), of: row.orderId, isStored: false, byteCount: 0)
            }
            found.append(slot)
            guard slot == nil, known.insert(row.orderId).inserted else { return }
            missing.append(Missing(orderId: row.orderId, seq: row.seq))
        }
        return missing
    }

    /// Takes orders that were loaded.
    ///
    /// - Parameters:
    ///   - ids: the orders. One without rows is folded from nothing, which throws as it must.
    ///   - loaded: those of the orders that have rows.
    func adopt(_ ids: [UUID], loaded: [LoadedEntry<Model.Entry>]) {
        for found in loaded {
            add(found.entry, of: found.orderId, isStored: true, byteCount: found.byteCount)
        }
        for id in ids where slots[id] == nil { add(model.makeEntry(for: id), of: id, isStored: false, byteCount: 0) }
    }

    /// Folds the first events of the chunk that `findMissing` was called with. No order of them is missing.
    ///
    /// - Throws: `UnreadableEvent`.
    func fold(_ chunk: LogChunk) throws {
        var places = found.makeIterator()
        try chunk.forEachRow(of: worker) { row in
            // The orders that were missing when the others were found were loaded since.
            let slot =
                places.next().flatMap { $0 } ?? slots[row.orderId]
                ?? add(model.makeEntry(for: row.orderId), of: row.orderId, isStored: false, byteCount: 0)
            try fold(&row, into: slot)
        }
        found.removeAll(keepingCapacity: true)
    }

    @discardableResult
    private func add(_ entry: Model.Entry, of orderId: UUID, isStored: Bool, byteCount size: Int) -> Slot {
        let size = size * ReplayLimits.memoryPerByte + ReplayLimits.orderOverheadBytes
        let slot = Slot(entry, model.envelope(of: entry), isStored: isStored, byteCount: size)
        byteCount += size
        slots[orderId] = slot
        return slot
    }

    private func fold(_ row: inout LogRow, into slot: Slot) throws {
        let event = try row.event(envelope: slot.envelope)
        if event.version == 1 { slot.envelope = EventEnvelope(of: event) }
        let hasChanged = try model.fold(event, into: &slot.entry, sums: &sums)
        let eventBytes = ReplayLimits.memoryPerByte * ((event.data?.count ?? 0) + event.internal.count)
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
        var stored: [Slot] = []
        var storedBytes = 0
        for slot in dirty {
            slot.isDirty = false
            guard slot.isStored else {
                model.write(&slot.entry, version: version, to: &write)
                slot.isStored = true
                continue
            }
            stored.append(slot)
            storedBytes += slot.byteCount
            if stored.count >= limits.statementOrders || storedBytes >= limits.statementBytes {
                replace(&stored, in: &write)
                storedBytes = 0
            }
        }
        replace(&stored, in: &write)
        dirty.removeAll(keepingCapacity: true)
        write.completeAllPieces()
        defer {
            sums = model.makeReplaySums()
            last = nil
        }
        drop { $0.lastUsed < writeCount }
        if byteCount > byteLimit { drop { _ in true } }
        writeCount += 1
        return Changes(write: write, sums: sums, last: last)
    }

    /// Adds the statements that change the rows of orders.
    private func replace(_ slots: inout [Slot], in write: inout ReplayWrite) {
        if slots.isEmpty { return }
        var entries = slots.map(\.entry)
        write.add(model.statements(replacing: &entries, version: version))
        for (slot, entry) in zip(slots, entries) { slot.entry = entry }
        slots.removeAll(keepingCapacity: true)
    }

    private func drop(where isUnused: (Slot) -> Bool) {
        for (id, slot) in slots where isUnused(slot) {
            byteCount -= slot.byteCount
            slots[id] = nil
        }
    }
}
