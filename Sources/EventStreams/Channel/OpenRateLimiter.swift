import DequeModule
import NIOCore

/// Limits the rate at which streams begin on one event loop, so that the loop has time for everything else while
/// thousands of clients return at once. The others wait in the order in which they came. They wait for a timer, since
/// an event loop runs all its tasks before it looks at its connections again.
///
/// A token bucket, used on the loop.
final class OpenRateLimiter {
    /// The number of streams that may begin at once after a quiet time.
    private static let burst = 256
    /// The number of streams that may begin in each millisecond: more than one processor can begin beside its other
    /// work.
    private static let perMillisecond = 4

    private let loop: any EventLoop
    private var tokens = burst
    private var filledAt: NIODeadline
    private var waiting: Deque<() -> Void> = []

    init(on loop: any EventLoop) {
        self.loop = loop
        filledAt = loop.now
    }

    /// Runs `start` now, or on the loop when its turn has come.
    func admit(_ start: @escaping () -> Void) {
        guard waiting.isEmpty, take() else {
            waiting.append(start)
            if waiting.count == 1 { schedule() }
            return
        }
        start()
    }

    private func schedule() {
        loop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { self.resumeQueued() }
    }

    private func resumeQueued() {
        while !waiting.isEmpty, take() { waiting.removeFirst()() }
        if !waiting.isEmpty { schedule() }
    }

    private func take() -> Bool {
        if tokens == 0 {
            let passed = (loop.now - filledAt).nanoseconds / 1_000_000
            guard passed > 0 else { return false }
            tokens = min(Self.burst, Int(min(passed, 1000)) * Self.perMillisecond)
            filledAt = loop.now
        }
        tokens -= 1
        return true
    }
}

@available(*, unavailable)
extension OpenRateLimiter: Sendable {}
