import Foundation
import Logging
import Orders
import Synchronization

/// Logs accepted commands that took longer than a second, with the parts of that time. Commands of bulk requests wait
/// on purpose, and are left out.
final class SlowCommandLog: Sendable {
    /// The time from which a command is slow.
    static let limit: Duration = .seconds(1)
    /// The most lines of one period: when the database is slow, every command is.
    static let linesPerPeriod = 10
    static let period: Duration = .seconds(10)

    private struct State {
        var periodBegan: ContinuousClock.Instant?
        var lines = 0
        var skipped = 0
    }

    private let logger: Logger
    private let state = Mutex(State())

    init(logger: Logger) {
        self.logger = logger
    }

    /// A command was answered.
    ///
    /// - Parameter wait: the time since the command came.
    func answered(
        _ entry: AppendQueue.Entry,
        _ result: PendingReceipt.Answer,
        _ stages: AppendStages,
        after wait: Duration,
        at now: ContinuousClock.Instant = .now
    ) {
        guard wait >= Self.limit, !entry.isBulk, case .success(let receipt) = result, !receipt.replayed,
            let skipped = takeLine(at: now)
        else { return }
        var metadata = entry.submission.logMetadata(orderId: receipt.orderId)
        metadata["position"] = "\(receipt.position)"
        metadata["milliseconds"] = Self.milliseconds(wait)
        metadata["queue"] = Self.milliseconds(stages.queued(entry))
        metadata["lock"] = Self.milliseconds(stages.lock)
        metadata["lookUp"] = Self.milliseconds(stages.lookUp)
        metadata["decision"] = Self.milliseconds(stages.decision)
        metadata["commit"] = Self.milliseconds(stages.commit)
        if skipped > 0 { metadata["notLogged"] = "\(skipped)" }
        logger.notice("a command took longer than a second", metadata: metadata)
    }

    /// - Returns: the number of slow commands without a line since the last one; nil where this one gets none either.
    private func takeLine(at now: ContinuousClock.Instant) -> Int? {
        state.withLock { state in
            if state.periodBegan.map({ now - $0 >= Self.period }) ?? true {
                state.periodBegan = now
                state.lines = 0
            }
            guard state.lines < Self.linesPerPeriod else {
                state.skipped += 1
                return nil
            }
            state.lines += 1
            defer { state.skipped = 0 }
            return state.skipped
        }
    }

    private static func milliseconds(_ duration: Duration) -> Logger.MetadataValue {
        "\(Int64((duration / .milliseconds(1)).rounded()))"
    }
}

extension Submission {
    /// The metadata by which a line of the log names a command, its order and its request.
    ///
    /// - Parameter orderId: the order, where the submission names none.
    func logMetadata(orderId found: UUID? = nil) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["command": "\(commandId)", "name": "\(command.name.rawValue)"]
        if let order = orderId ?? found { metadata["order"] = "\(order.text)" }
        if let requestId = trace.requestId { metadata["requestId"] = "\(requestId)" }
        if let traceId = trace.traceId { metadata["traceId"] = "\(traceId)" }
        return metadata
    }
}
