import DequeModule
import NIOCore

/// How many streams begin on one event loop in a moment, so that the loop has time for everything else while thousands of
/// clients return at once. Those beyond it wait for their turn in the order in which they came; an event loop runs all tasks
/// that it has before it looks at its connections again, so only a timer leaves it that time.
///
/// A token bucket, used on the loop.
final class OpenRateLimiter {
    /// Streams that may begin at once after a quiet moment.
    private static let burst = 256
    /// Streams that may begin in each millisecond: more than a processor can begin, but for the other work that it has then.
    private static let perMillisecond = 4

    private let loop: any EventLoop
    private var tokens = burst
    private var filledAt: NIODeadline
    private var waiting: Deque<() -> Void> = []

    init(_ loop: any EventLoop) {
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
