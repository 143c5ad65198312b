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
        shards = (0..<workers).map { ReplayShard(model, worker: $0, version: session.version) }
    }

    func run() async throws {
        var checkpoint = session.start
        var writing: Task<Void, any Error>?
        var pace = ReplayPace()
        do {
            var chunk = try await read(after: checkpoint)
            while let current = chunk {
                async let next = read(after: current.through)
                try await fold(current, awaiting: &writing)
                session.meter.update(seq: current.through)
                chunk = try await next
                let isLast = chunk == nil
                let isFull = await isWriteDue()
                if isLast || isFull {
                    try await writing?.value
                    writing = try await write(from: checkpoint, through: current.through)
                    checkpoint = current.through
                }
                let head = session.meter.progress.head
                let pause = pace.pause(head: head, now: .now)
                if pause > .zero {
                    try await Task.sleep(for: pause)
                    pace.resume(head: head, now: .now)
                }
            }
            try await writing?.value
        } catch {
            writing?.cancel()
            // Waits for the write to end. Its own error, if it has one, has the same cause.
            _ = await writing?.result
            throw error
        }
    }

    /// Reads the next range; nil where the head is near.
    private func read(after seq: Int64) async throws -> LogChunk? {
        try Task.checkCancellation()
        let head = try await LogHead.decodeSeq(
            session.reader.query(LogHead.selectSeq, timeout: ReplayLimits.timeout)
        )
        session.meter.update(head: head)
        guard head - seq > session.limits.nearHead else { return nil }
        return try await LogChunk.read(
            after: seq,
            through: min(head, seq + session.limits.chunk),
            workers: shards.count,
            on: session.reader
        )
    }

    /// Folds a range. Waits for the running write where dropped orders have to be loaded.
    private func fold(_ chunk: LogChunk, awaiting writing: inout Task<Void, any Error>?) async throws {
        let missing = try await withThrowingTaskGroup(of: (Int, [UUID]).self) { group in
            for (worker, shard) in shards.enumerated() {
                group.addTask { (worker, try await shard.fold(chunk)) }
            }
            var missing = [[UUID]](repeating: [], count: shards.count)
            for try await (worker, ids) in group { missing[worker] = ids }
            return missing
        }
        guard missing.contains(where: { !$0.isEmpty }) else { return }
        // Orders that the last write dropped from memory can be loaded once it is committed.
        try await writing?.value
        writing = nil
        for (worker, ids) in missing.enumerated() where !ids.isEmpty {
            let loaded = try await model.load(ids, version: session.version, on: session.writer)
            try await shards[worker].fold(chunk, waitingFor: ids, loaded: loaded)
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
    private func write(from checkpoint: Int64, through seq: Int64) async throws -> Task<Void, any Error> {
        let byteLimit = session.limits.bytes / 2 / shards.count
        let changes = await withTaskGroup(of: ReplayShard<Model>.Changes.self) { group in
            for shard in shards { group.addTask { await shard.takeChanges(keepingAtMost: byteLimit) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let last = changes.compactMap(\.last).max { $0.seq < $1.seq }
        let sums = changes.map(\.sums)
        let statements = last.map { model.statements(for: sums, through: $0, version: session.version) } ?? []
        return Task { [session] in
            try await session.writer.withTransaction("begin isolation level read committed") { transaction in
                try await ReplayWrite.perform(changes.map(\.write), version: session.version, on: transaction)
                try await transaction.pipeline(statements, timeout: ReplayLimits.timeout)
                try await session.moveCheckpoint(from: checkpoint, to: seq, on: transaction)
            }
        }
    }
}
