import Access
import Synchronization

/// Holds back the refusals of callers that send too many requests and do not heed `Retry-After`.
///
/// A refusal costs the service as much as a cheap answer. A caller that sends the next request as soon as it is refused
/// would keep the event loop of its connections busy, and the requests of all others there would wait.
final class DelayedRefusals: Sendable {
    /// The refusals that are given at once, so that a client in good faith learns of the limit without a wait.
    private let prompt = RateLimiter(TokenBuckets(burst: 20, perSecond: 5))
    private let delays = Mutex(RefusalDelays())

    /// Waits for the time by which a refusal is held back, or until the request's task is cancelled.
    func delay(_ key: RateKey) async {
        guard prompt.take(key) != .allowed, let seconds = delays.withLock({ $0.begin(key) }) else { return }
        // The refusal is given at once where the service ends.
        try? await Task.sleep(for: .seconds(seconds))
        delays.withLock { $0.ended(key) }
    }
}
