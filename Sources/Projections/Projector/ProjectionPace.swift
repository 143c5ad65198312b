import OrderLog

/// Lets a busy log's events gather before they are folded: an order that changes many times in a moment is written once.
/// After a quiet while the first event is folded at once, and whoever waits for a position has it hurry.
package final class ProjectionPace: Sendable {
    private let bell = WakeSignal()
    private let interval: Duration
    /// From so many events in a round, twice the time: what is written then weighs more than half a second's lag.
    private static let many = 1000

    /// - Parameter interval: the least time between the beginnings of two rounds that nobody waits for.
    package init(interval: Duration = .milliseconds(250)) {
        self.interval = interval
    }

    /// Somebody waits for what is not folded yet.
    package func hurry() { bell.ring() }

    /// Ends all waiting for good.
    func close() { bell.close() }

    /// Returns when the interval has passed since the last round began, or somebody waits.
    ///
    /// - Parameter folded: how many events that round folded.
    func pause(since began: ContinuousClock.Instant, folded: Int) async {
        let end = began + (folded < Self.many ? interval : interval * 2)
        guard end > .now else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // Cancelled: the bell has rung already.
                guard (try? await Task.sleep(until: end)) != nil else { return }
                self.bell.ring()
            }
            _ = await bell.wait()
            group.cancelAll()
        }
    }
}
