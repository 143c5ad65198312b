import Logging
import OrderLog
import ServiceLifecycle

/// Maintains the partitions of `commands` each hour, and the appender's filter of the command ids of past days each
/// minute.
struct CommandMaintenance: Service {
    let retention: CommandRetention
    let filterLoader: CommandIdFilterLoader
    let filter: CommandIdFilterCache
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var partitionsMaintained: ContinuousClock.Instant?
            while !Task.isCancelled {
                do {
                    if partitionsMaintained.map({ $0 + .seconds(3600) < .now }) ?? true {
                        try await retention.maintainPartitions()
                        partitionsMaintained = .now
                    }
                    // Each minute, since the appender ignores a filter that was made in an earlier epoch.
                    try await filterLoader.refresh(filter)
                    try await Task.sleep(for: .seconds(60))
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning(
                        "maintaining the accepted commands failed; trying again in 30 seconds",
                        metadata: ["error": "\(error)"]
                    )
                    // A cancelled sleep ends the loop by its condition.
                    try? await Task.sleep(for: .seconds(30))
                }
            }
        }
    }
}
