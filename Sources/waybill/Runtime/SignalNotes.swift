import Logging
import ServiceLifecycle
import UnixSignals

/// Keeps signals that mean nothing to a running service from ending it, and says so in the log.
struct SignalNotes: Service {
    /// False where SIGHUP is another's: with TLS it reads the certificate again.
    let includesHangUp: Bool
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(
            trapping: [.sigusr1, .sigusr2, .sigalrm] + (includesHangUp ? [.sighup] : [])
        )
        await cancelWhenGracefulShutdown {
            for await signal in signals {
                let reason = signal == .sighup ? "there is nothing to reload" : "it has no meaning here"
                logger.notice("signal ignored: \(reason)", metadata: ["signal": "\(signal)"])
            }
        }
    }
}
