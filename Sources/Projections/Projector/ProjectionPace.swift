import OrderLog
import Synchronization

/// Delays a projector's rounds, so that events of a busy log gather: an order that changes several times is written
/// once.
///
/// After a quiet period the first event is folded at once, and a reader that waits for a position ends the pause.
package final class ProjectionPace: Sendable {
    private let wakeSignal = WakeSignal()
    private let interval: Duration
    private let isRunningFlag = Atomic(false)
    /// The number of events in a round from which the pause is doubled: writing them then costs more than half a second
    /// of lag does.
    private static let largeRound = 1000

    /// - Parameter interval: the least time between the beginnings of two rounds that no reader waits for.
    package init(interval: Duration = .milliseconds(250)) {
        self.interval = interval
    }

    /// True while the projector of this process follows the log; else that of another process does.
    var isRunning: Bool {
        get { isRunningFlag.load(ordering: .relaxed) }
        set { isRunningFlag.store(newValue, ordering: .relaxed) }
    }

    /// Ends the pause, because a reader waits for events that are not folded yet.
    package func endPause() { wakeSignal.wake() }

    /// Ends this pause and all later ones.
    func close() { wakeSignal.close() }

    /// Waits until the interval has passed since the last round began, or a reader waits.
    ///
    /// - Parameter eventCount: the number of events that the round folded.
    func pause(since began: ContinuousClock.Instant, eventCount: Int) async {
        let end = began + (eventCount < Self.largeRound ? interval : interval * 2)
        guard end > .now else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // A cancelled sleep means that the pause has ended already.
                guard (try? await Task.sleep(until: end)) != nil else { return }
                self.wakeSignal.wake()
            }
            _ = await wakeSignal.wait()
            group.cancelAll()
        }
    }
}
