import Foundation
import Telemetry

/// The signals that must not end the process.
enum ProcessSignals {
    /// Signals without a meaning here, whose default would end the process at once.
    static let meaningless = [SIGUSR1, SIGUSR2, SIGALRM]

    /// Ignores those signals, and those of failed writes.
    static func ignoreHarmless() {
        DescriptorWriter.ignoreWriteSignals()
        for number in meaningless { signal(number, SIG_IGN) }
    }

    /// Ignores the end of the terminal, until somebody waits for the signal: a service outlives its terminal.
    static func ignoreHangUp() { signal(SIGHUP, SIG_IGN) }

    /// False where the process was started with SIGHUP ignored, as by nohup(1): then it outlives its terminal.
    static var hangUpEnds: Bool {
        var action = sigaction()
        guard sigaction(SIGHUP, nil, &action) == 0 else { return true }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            != unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
