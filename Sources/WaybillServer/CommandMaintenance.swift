import Logging
import OrderLog
import ServiceLifecycle

/// Keeps the partitions of `commands`: makes those of the coming days, drops those past their retention, and keeps what the
/// appender knows of days past up to date.
struct CommandMaintenance: Service {
    let reader: LogReader
    let oldIds: CommandIdFilterCache
    let retentionDays: Int
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var maintained: ContinuousClock.Instant?
            while !Task.isCancelled {
                do {
                    if maintained.map({ $0 + .seconds(3600) < .now }) ?? true {
                        try await reader.maintainCommands(retentionDays: retentionDays)
                        maintained = .now
                    }
                    // Each minute, since a new epoch makes it read anew.
                    try await reader.refresh(oldIds)
                    try await Task.sleep(for: .seconds(60))
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("maintenance of commands failed", metadata: ["error": "\(error)"])
                    // Cancelled: the loop's condition sees it.
                    try? await Task.sleep(for: .seconds(30))
                }
            }
        }
    }
}
