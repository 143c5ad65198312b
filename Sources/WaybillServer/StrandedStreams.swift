import EventStreams
import Logging
import OrderAPI
import ServiceLifecycle

/// Ends the streams of this process, with `bye`, when it cannot read the log and another process at the public address
/// is ready: their clients go on there.
struct StrandedStreams: Service {
    let hub: StreamHub
    let publicURL: PublicURL
    let logger: Logger
    /// Asks the public address whether a process is ready. This process answers there that it is not.
    let isAnyReady: @Sendable (_ publicURL: String) async -> Bool
    /// Tells whether this process can supply streams with new events.
    let isSupplied: @Sendable () -> Bool

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var rule = StrandedRule()
            while !Task.isCancelled {
                // A cancelled sleep ends the loop by its condition.
                try? await Task.sleep(for: .seconds(1))
                let hasStreams = self.hub.openStreams > 0
                guard rule.mustAsk(isSupplied: self.isSupplied(), hasStreams: hasStreams, at: .now),
                    rule.answered(isReady: await self.isAnyReady(self.publicURL.text)), !self.isSupplied()
                else { continue }
                self.logger.warning(
                    """
                    this process cannot read the log, and another one at the public address can; its streams end with \
                    bye, so that their clients go on there
                    """,
                    metadata: ["streams": "\(self.hub.openStreams)"]
                )
                self.hub.endAllStreams()
            }
        }
    }
}
