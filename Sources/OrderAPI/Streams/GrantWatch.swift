import EventStreams
import Foundation
import Logging
import OrderLog
import ServiceLifecycle

/// Ends the streams of tracking links that were revoked and of sessions that were ended, in whichever process or by
/// hand in the database.
package struct GrantWatch: Service {
    let grants: StreamGrants
    let links: TrackingLinkStore
    let sessions: SessionStore
    let hub: StreamHub
    let logger: Logger

    /// The time from check to check. A revoked link's stream may stay open for so long in another process.
    private static let interval: Duration = .seconds(5)
    /// The rights of one statement.
    private static let batch = 1000

    /// Withdraws rights at once whose end this process has caused.
    func withdraw(_ keys: [StreamGrants.Key]) {
        if grants.withdraw(keys) { hub.endWithdrawnStreams() }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var isFailing = false
            while !Task.isCancelled {
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: Self.interval)
                do {
                    try await check()
                    isFailing = false
                } catch  where Task.isCancelled {
                    return
                } catch {
                    if !isFailing {
                        logger.warning(
                            "the links and sessions of open streams cannot be checked; trying again every 5 seconds",
                            metadata: ["error": "\(error)"]
                        )
                    }
                    isFailing = true
                }
            }
        }
    }

    private func check() async throws {
        var (linkIds, hashes): ([UUID], [[UInt8]]) = ([], [])
        for key in grants.inUse() {
            switch key {
            case .link(let id): linkIds.append(id)
            case .session(let hash): hashes.append(hash)
            }
        }
        for batch in Self.batches(of: linkIds) { withdraw(try await links.dead(among: batch).map { .link($0) }) }
        for batch in Self.batches(of: hashes) { withdraw(try await sessions.ended(among: batch).map { .session($0) }) }
    }

    private static func batches<Element>(of elements: [Element]) -> [[Element]] {
        stride(from: 0, to: elements.count, by: batch).map { Array(elements[$0..<min($0 + batch, elements.count)]) }
    }
}
