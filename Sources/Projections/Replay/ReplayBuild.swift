import Foundation
import OrderLog
import Postgres

/// Folds the log in bulk until the head is near: while the workers fold one range, the next is read and the rows of
/// earlier ranges are written. Each write commits rows and checkpoint together, so that an interrupted build continues
/// there.
struct ReplayBuild<Model: ReplayableModel>: Sendable {
    private let model: Model
    private let session: ReplaySession
    private let shards: [ReplayShard<Model>]

    init(model: Model, session: ReplaySession, workers: Int) {
        self.model = model
        self.session = session
        shards = (0..<workers).map { ReplayShard(model, worker: $0, version: session.version, limits: session.limits) }
    }

    /// Runs the build.
    ///
    /// - Returns: the rows of tables without versions that were compared on the way; nil where an earlier session has
    ///   folded the first events.
    func run() async throws -> ComparedRows? {
        var checkpoint = session.start
        var writing: Task<ComparedRows, any Error>?
        var compared = ComparedRows()
        // The events may be large.
        var size = min(512, session.limits.chunk)
        var pace = ReplayPace()
        do {
            var chunk = try await read(size, after: checkpoint)
            while let current = chunk {
                // A chunk that ended at its size in bytes cost the reading of all the others.
                size = current.isCut ? current.through - current.after : min(size * 2, session.limits.chunk)
                let nextSize = size
                async let next = read(nextSize, after: current.through)
                var folded = current.after
                while folded < current.through {
                    folded = try await foldPart(of: current, after: folded) {
                        compared += try await writing.take()?.value ?? ComparedRows()
                    }
                    session.meter.update(seq: folded)
                    guard await isWriteDue() else { continue }
                    compared += try await writing?.value ?? ComparedRows()
                    writing = try await write(from: checkpoint, through: folded)
                    checkpoint = folded
                }
                chunk = try await next
                if chunk == nil, checkpoint < folded {
                    compared += try await writing?.value ?? ComparedRows()
                    writing = try await write(from: checkpoint, through: folded)
                    checkpoint = folded
                }
                let head = session.meter.progress.head
                let pause = pace.pause(head: head, now: .now)
                if pause > .zero {
                    try await Task.sleep(for: pause)
                    pace.resume(head: head, now: .now)
                }
            }
            compared += try await writing?.value ?? ComparedRows()
        } catch {
            writing?.cancel()
            // Waits for the write to end. Its own error, if it has one, has the same cause.
            _ = await writing?.result
            throw error
        }
        return session.start == 0 ? compared : nil
    }

    /// Reads the next range of at most so many events; nil where the head is near.
    private func read(_ size: Int64, after seq: Int64) async throws -> LogChunk? {
        try Task.checkCancellation()
        let head = try await LogHead.decodeSeq(
            session.reader.query(LogHead.selectSeq, timeout: ReplayLimits.timeout)
        )
        session.meter.update(head: head)
        guard head - seq > session.limits.nearHead else { return nil }
        return try await LogChunk.read(
            after: seq,
            through: min(head, seq + size),
            byteLimit: session.limits.chunkBytes,
            workers: shards.count,
            on: session.reader
        )
    }

    /// Folds the events of a chunk after one of them, as far as the orders that have to be loaded for them have room.
    ///
    /// - Parameter awaitWrite: waits for the running write, whose orders were dropped and have to be loaded.
    /// - Returns: the last event that was folded.
    private func foldPart(
        of chunk: LogChunk,
        after seq: Int64,
        awaitWrite: () async throws -> Void
    ) async throws -> Int64 {
        var part = chunk.part(after: seq, through: chunk.through)
        let missing = try await forEachShard { [part] in try await $0.findMissing(for: part) }
        if missing.contains(where: { !$0.isEmpty }) {
            // Orders that the last write dropped from memory can be loaded once it is committed.
            try await awaitWrite()
            part = part.part(after: seq, through: try await load(missing) ?? part.through)
        }
        _ = try await forEachShard { [part] in try await $0.fold(part) }
        return part.through
    }

    /// Loads orders, those of the first events first, until they have the size of a load.
    ///
    /// - Returns: the last event before those of the orders that are left; nil where none is left.
    private func load(_ missing: [[ReplayShard<Model>.Missing]]) async throws -> Int64? {
        let places = missing.enumerated().flatMap { worker, orders in orders.map { (worker: worker, order: $0) } }
        var waiting = places.sorted { $0.order.seq < $1.order.seq }
        var bytes = 0
        while !waiting.isEmpty, bytes < session.limits.loadBytes {
            let ids = waiting.map(\.order.orderId)
            let (loaded, leftOut) = try await model.load(ids, version: session.version, on: session.writer)
            bytes += loaded.reduce(0) { $0 + $1.byteCount }
            let left = Set(leftOut)
            let entries = Dictionary(uniqueKeysWithValues: loaded.map { ($0.orderId, $0) })
            for (worker, shard) in shards.enumerated() {
                let own = waiting.lazy.filter { $0.worker == worker }.map(\.order.orderId).filter { !left.contains($0) }
                await shard.adopt(Array(own), loaded: own.compactMap { entries[$0] })
            }
            waiting.removeAll { !left.contains($0.order.orderId) }
        }
        return waiting.first.map { $0.order.seq - 1 }
    }

    private func forEachShard<R: Sendable>(
        _ body: @escaping @Sendable (ReplayShard<Model>) async throws -> R
    ) async throws -> [R] {
        try await withThrowingTaskGroup(of: (Int, R).self) { group in
            for (worker, shard) in shards.enumerated() { group.addTask { (worker, try await body(shard)) } }
            var results: [(worker: Int, result: R)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.worker < $1.worker }.map(\.result)
        }
    }

    /// Tells whether the workers have enough changes for a write.
    private func isWriteDue() async -> Bool {
        var orders = 0
        var bytes = 0
        for shard in shards {
            orders += await shard.dirtyCount
            bytes += await shard.byteCount
        }
        return orders >= session.limits.dirtyOrders || bytes >= session.limits.bytes
    }

    /// Takes the workers' changes and starts a task that writes them, while the workers go on.
    private func write(from checkpoint: Int64, through seq: Int64) async throws -> Task<ComparedRows, any Error> {
        let byteLimit = session.limits.bytes / 2 / shards.count
        let changes = await withTaskGroup(of: ReplayShard<Model>.Changes.self) { group in
            for shard in shards { group.addTask { await shard.takeChanges(keepingAtMost: byteLimit) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let last = changes.compactMap(\.last).max { $0.seq < $1.seq }
        let sums = changes.map(\.sums)
        let statements = last.map { model.statements(for: sums, through: $0, version: session.version) } ?? []
        return Task { [model, session] in
            try await session.writer.withTransaction("begin isolation level read committed") { transaction in
                try await ReplayWrite.perform(changes.map(\.write), on: transaction)
                try await transaction.pipeline(statements, timeout: ReplayLimits.timeout)
                var compared = try await model.compareOtherTables(with: sums, on: transaction)
                compared.through = seq
                try await session.moveCheckpoint(from: checkpoint, to: seq, on: transaction)
                return compared
            }
        }
    }
}
