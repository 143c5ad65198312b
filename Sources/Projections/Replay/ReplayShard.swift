import Foundation
import OrderLog

/// One worker's share of the orders. Those at hand stay in memory from one write to the next; the others are loaded from
/// the version that is being built when an event needs them.
actor ReplayShard<Model: ReplayableModel> {
    private final class Slot {
        var entry: Model.Entry
        var isStored: Bool
        var isDirty = false
        /// The write before which it was last used.
        var round = 0
        var bytes: Int

        init(_ entry: Model.Entry, isStored: Bool, bytes: Int) {
            self.entry = entry
            self.isStored = isStored
            self.bytes = bytes
        }
    }

    /// What one write takes over.
    struct Flush: Sendable {
        let write: ReplayWrite
        let sums: Model.Sums
        /// The last event that it holds; nil where the share had none.
        let last: LoggedEvent?
    }

    private let model: Model
    private let worker: Int
    private let version: Int
    private var slots: [UUID: Slot] = [:]
    private var dirty: [Slot] = []
    private var sums: Model.Sums
    private var round = 0
    private var last: LoggedEvent?
    /// Estimated, of all slots.
    private(set) var bytes = 0

    init(_ model: Model, worker: Int, version: Int) {
        self.model = model
        self.worker = worker
        self.version = version
        sums = model.sums()
    }

    /// Folds what can be folded with the orders at hand.
    ///
    /// - Returns: the orders that have to be loaded first; their events in this chunk wait.
    /// - Throws: `UnreadableEvent`.
    func fold(_ chunk: LogChunk) throws -> [UUID] {
        var missing: Set<UUID> = []
        try chunk.forEach(of: worker) { row in
            if let slot = slots[row.orderId] {
                try fold(&row, into: slot)
            } else if row.version == 1 {
                let slot = Slot(model.entry(for: row.orderId), isStored: false, bytes: ReplayLimits.orderOverhead)
                bytes += slot.bytes
                slots[row.orderId] = slot
                try fold(&row, into: slot)
            } else {
                missing.insert(row.orderId)
            }
        }
        return Array(missing)
    }

    /// Folds the events that have waited for these orders. One without rows folds from nothing, and so fails as it must.
    func fold(_ chunk: LogChunk, waitingFor ids: [UUID], _ loaded: [(orderId: UUID, entry: Model.Entry, bytes: Int)])
        throws
    {
        var waiting: [UUID: Slot] = [:]
        for (id, entry, size) in loaded {
            waiting[id] = Slot(entry, isStored: true, bytes: size + ReplayLimits.orderOverhead)
        }
        for id in ids {
            let slot =
                waiting[id] ?? Slot(model.entry(for: id), isStored: false, bytes: ReplayLimits.orderOverhead)
            waiting[id] = slot
            slots[id] = slot
            bytes += slot.bytes
        }
        try chunk.forEach(of: worker) { row in
            if let slot = waiting[row.orderId] { try fold(&row, into: slot) }
        }
    }

    private func fold(_ row: inout LogRow, into slot: Slot) throws {
        let event = try row.event(model.envelope(of: slot.entry))
        let hasChanged = try model.fold(event, into: &slot.entry, &sums)
        let size = (event.data?.count ?? 0) + event.internal.count
        slot.bytes += size
        bytes += size
        slot.round = round
        if hasChanged, !slot.isDirty {
            slot.isDirty = true
            dirty.append(slot)
        }
        if event.seq > last?.seq ?? 0 { last = event }
    }

    var dirtyCount: Int { dirty.count }

    /// Gives up what is to be written, and keeps only orders that were used since the last but one write, fewer where
    /// memory is short. What was given up can be loaded again once it is committed.
    func flush(keeping limit: Int) -> Flush {
        var write = ReplayWrite()
        for slot in dirty {
            model.write(&slot.entry, isStored: slot.isStored, version: version, to: &write)
            slot.isStored = true
            slot.isDirty = false
        }
        dirty.removeAll(keepingCapacity: true)
        write.sealAll()
        defer {
            sums = model.sums()
            last = nil
        }
        evict { $0.round < round }
        if bytes > limit { evict { _ in true } }
        round += 1
        return Flush(write: write, sums: sums, last: last)
    }

    private func evict(_ isCold: (Slot) -> Bool) {
        for (id, slot) in slots where isCold(slot) {
            bytes -= slot.bytes
            slots[id] = nil
        }
    }
}
