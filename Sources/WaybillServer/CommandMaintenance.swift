import Logging
import OrderLog
import Postgres
import Primitives
import ServiceLifecycle

/// Maintains the partitions of `commands` and removes expired tracking links and sessions each hour while this process
/// leads, and renews the appender's filter of the command ids of past days each minute.
struct CommandMaintenance: Service {
    let leader: LeaderElection
    let retention: CommandRetention
    let filterLoader: CommandIdFilterLoader
    let filter: CommandIdFilterCache
    let grants: GrantRetention
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // One beside the other: a session that locks the partitions for hours must not keep the filter old.
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    let subject = "maintaining the accepted commands"
                    await repeatedly(each: .seconds(3600), subject) {
                        await leader.waitUntilLeading()
                        try await retention.maintainPartitions()
                    }
                }
                group.addTask {
                    let subject = "removing the expired tracking links and sessions"
                    await repeatedly(each: .seconds(3600), subject) {
                        await leader.waitUntilLeading()
                        try await grants.deleteExpired()
                    }
                }
                group.addTask {
                    // Each minute, since the appender ignores a filter that was made in an earlier epoch.
                    let subject = "reading the command ids of past days"
                    await repeatedly(each: .seconds(60), subject) { try await filterLoader.refresh(filter) }
                }
            }
        }
    }

    private func repeatedly(
        each interval: Duration,
        _ subject: String,
        _ work: () async throws -> Void
    ) async {
        var hindrance = RepeatedReason()
        while !Task.isCancelled {
            do {
                try await work()
                if let lasted = hindrance.end() {
                    logger.notice(
                        "over: \(subject) works again",
                        metadata: ["seconds": "\(Int(lasted / .seconds(1)))"]
                    )
                }
                try await Task.sleep(for: interval)
            } catch  where Task.isCancelled {
                // The error is the end of a request that the service's end has cut short.
                return
            } catch {
                report(error, of: subject, &hindrance)
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: .seconds(30))
            }
        }
    }

    private func report(_ error: any Error, of subject: String, _ hindrance: inout RepeatedReason) {
        if (error as? PostgresError)?.sqlState == "55P03" {
            guard hindrance.mustSay("lock") else { return }
            logger.info(
                "\(subject) waits for another session, such as a dump, that uses the table; trying again every 30 seconds"
            )
        } else if hindrance.mustSay("\(error)") {
            logger.warning(
                "\(subject) failed; trying again every 30 seconds",
                metadata: ["error": "\(error)"]
            )
        }
    }
}
