/// The decision of a rate limit on one request.
package enum RateDecision: Sendable, Hashable {
    case allowed
    /// 429 with `Retry-After`: whole seconds, at least 1.
    case retryAfter(seconds: Int)
}
