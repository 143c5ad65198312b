import NIOCore
import Synchronization

/// The results of one bulk request on their way to the client, in their order.
///
/// A client that sends everything before it reads is served too: its results wait, first in memory, then in a file.
/// One task appends results and another takes them out.
final class ResultSpool: Sendable {
    /// The sizes of a spool, in bytes.
    struct Limits {
        /// The results that wait in memory, beyond which the oldest go to the file.
        var memory = 128 * 1024
        var block = 64 * 1024
        var file = 256 << 20
    }

    private struct State {
        var blocks: SpoolBlocks
        /// The newest results, behind all blocks.
        var tail = ByteBuffer()
        /// A block is being written, which comes before `tail`.
        var isSpilling = false
        var file: SpoolFile?
        /// The file cannot be made or written.
        var isFileBroken = false
        var isFinished = false
        var isAbandoned = false
        /// The reader of the spool has a piece that the client has not taken yet.
        var isDelivering = false
        var lastProgress: ContinuousClock.Instant
        /// Counts the occasions on which there may be room again.
        var roomChanges = 0
        /// The task that appends results, while it waits for room.
        var producer: Waiter?
        /// The task that takes results out, while it waits for one.
        var consumer: Waiter?
    }

    private enum AppendStep {
        case ended(isAppended: Bool)
        case spill(ByteBuffer, place: Int)
        /// Wait until `roomChanges` is another.
        case wait(roomChanges: Int)
    }

    private enum TakeStep {
        case piece(ByteBuffer)
        case block(place: Int, SpoolFile)
        case end
        case wait
    }

    private let state: Mutex<State>
    private let limits: Limits
    private let quota: SharedBudget.Share
    private let fileFailed: @Sendable (any Error) -> Void

    /// - Parameter fileFailed: is told, at most once, that results cannot wait in a file. They then wait in memory
    ///   alone, so that lines are read as the client takes results.
    init(
        limits: Limits = Limits(),
        quota: SharedBudget.Share,
        now: ContinuousClock.Instant = .now,
        fileFailed: @escaping @Sendable (any Error) -> Void
    ) {
        self.limits = limits
        self.quota = quota
        self.fileFailed = fileFailed
        state = Mutex(State(blocks: SpoolBlocks(limit: limits.file / limits.block), lastProgress: now))
    }

    deinit {
        quota.giveBack(state.withLock { $0.blocks.count } * limits.block)
    }

    /// Appends results, once there is room for them.
    ///
    /// - Returns: false when the spool is abandoned.
    func append(_ results: ByteBuffer) async -> Bool {
        while true {
            switch state.withLock({ step(toAppend: results, &$0) }) {
            case .ended(let isAppended):
                state.wake(\.consumer) { _ in }
                return isAppended
            case .spill(let block, let place): await spill(block, to: place)
            case .wait(let seen): await state.wait(\.producer) { $0.roomChanges != seen }
            }
        }
    }

    private func step(toAppend results: ByteBuffer, _ state: inout State) -> AppendStep {
        if state.isAbandoned { return .ended(isAppended: false) }
        if state.tail.readableBytes < limits.memory {
            state.tail.writeImmutableBuffer(results)
            state.lastProgress = .now
            return .ended(isAppended: true)
        }
        guard !state.isFileBroken, quota.take(limits.block) else {
            return .wait(roomChanges: state.roomChanges)
        }
        guard let place = state.blocks.reserve(), let block = state.tail.readSlice(length: limits.block) else {
            quota.giveBack(limits.block)
            return .wait(roomChanges: state.roomChanges)
        }
        // The slice would keep the whole buffer.
        state.tail = ByteBuffer(bytes: state.tail.readableBytesView)
        state.isSpilling = true
        return .spill(block, place: place)
    }

    private func spill(_ block: ByteBuffer, to place: Int) async {
        do {
            let file = try state.withLock(\.file) ?? SpoolFile()
            try await file.write(block, at: place * limits.block)
            state.wake(\.consumer) { state in
                state.file = file
                state.isSpilling = false
                state.blocks.append(place)
            }
        } catch {
            quota.giveBack(limits.block)
            state.wake(\.consumer) { state in
                state.blocks.release(place)
                state.isSpilling = false
                state.isFileBroken = true
                var tail = block
                tail.writeImmutableBuffer(state.tail)
                state.tail = tail
            }
            fileFailed(error)
        }
    }

    /// Ends the results: `next()` returns nil after the last of them.
    func finish() {
        state.wake(\.consumer) { $0.isFinished = true }
    }

    /// Waits for the oldest results and takes them out; nil after the last, and when the spool is abandoned. A call
    /// tells that the client has taken the results before.
    func next() async throws -> ByteBuffer? {
        state.withLock { state in
            state.isDelivering = false
            state.lastProgress = .now
        }
        while true {
            switch state.withLock({ step(toTake: &$0) }) {
            case .piece(let results):
                state.wake(\.producer) { $0.roomChanges += 1 }
                return results
            case .block(let place, let file):
                let results = try await file.take(limits.block, at: place * limits.block)
                quota.giveBack(limits.block)
                state.wake(\.producer) { state in
                    state.blocks.release(place)
                    state.roomChanges += 1
                }
                return results
            case .end: return nil
            case .wait: await state.wait(\.consumer, until: hasResults)
            }
        }
    }

    private func step(toTake state: inout State) -> TakeStep {
        guard hasResults(&state), !state.isAbandoned else { return state.isAbandoned ? .end : .wait }
        state.isDelivering = true
        if let file = state.file, let place = state.blocks.popFirst() { return .block(place: place, file) }
        guard state.tail.readableBytes > 0 else { return .end }
        defer { state.tail = ByteBuffer() }
        return .piece(state.tail)
    }

    private func hasResults(_ state: inout State) -> Bool {
        state.isAbandoned || !state.blocks.isEmpty
            || !state.isSpilling && (state.tail.readableBytes > 0 || state.isFinished)
    }

    /// Tells that the client has taken a part of the last results.
    func noteProgress() {
        state.withLock { $0.lastProgress = .now }
    }

    /// True where nothing but the client can go on, and it has taken nothing for a while: either it takes results, or
    /// nothing more is read from it.
    func isStalled(for patience: Duration, now: ContinuousClock.Instant = .now) -> Bool {
        state.withLock { state in
            state.isDelivering && (state.isFinished || state.producer != nil) && now - state.lastProgress > patience
        }
    }

    /// Lets a waiting `append` try again, since other requests may have given space back.
    func retry() {
        state.wake(\.producer) { $0.roomChanges += 1 }
    }

    /// Ends both ways, since nobody takes results any more.
    func abandon() {
        state.wake(\.producer) { state in
            state.isAbandoned = true
            state.roomChanges += 1
        }
        state.wake(\.consumer) { _ in }
    }
}
