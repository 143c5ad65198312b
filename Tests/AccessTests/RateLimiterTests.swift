import Testing

@testable import Access

@Suite struct RateLimiterTests {
    private let ann = RateKey.subject(shop: "demo", subject: "ann")

    @Test func aBurstIsAllowedThenASteadyRate() {
        var buckets = TokenBuckets(burst: 3, perSecond: 0.5)
        for _ in 0..<3 { #expect(buckets.take(ann, now: 0) == .allowed) }
        #expect(buckets.take(ann, now: 0) == .retryAfter(seconds: 2))
        #expect(buckets.take(ann, now: 1.5) == .retryAfter(seconds: 1))
        #expect(buckets.take(ann, now: 2) == .allowed)
        #expect(buckets.take(ann, now: 2) == .retryAfter(seconds: 2))
        #expect(buckets.take(ann, now: 1000) == .allowed)
        #expect(buckets.take(ann, now: 1000) == .allowed)
        #expect(buckets.take(ann, now: 1000) == .allowed)
        #expect(buckets.take(ann, now: 1000) == .retryAfter(seconds: 2))
    }

    @Test func keysDoNotShareABucket() {
        var buckets = TokenBuckets(burst: 1, perSecond: 1)
        let keys: [RateKey] = [
            ann, .subject(shop: "other", subject: "ann"), .address("ann"), .link("ann"), .address("10.0.0.1"),
        ]
        for key in keys { #expect(buckets.take(key, now: 0) == .allowed) }
        for key in keys { #expect(buckets.take(key, now: 0) == .retryAfter(seconds: 1)) }
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:0:1::7", "2001:db8:0:1::/64"),
        ("::1", "::/64"),
        ("2001:DB8:0:1:ffff::", "2001:db8:0:1::/64"), ("fe80::1%eth0", "fe80::/64"), ("unknown", "unknown"),
    ])
    func anIPv6CallerCountsByItsNetwork(address: String, key: String) {
        #expect(RateKey.client(address: address) == .address(key))
    }

    @Test func aClockThatStepsBackRefillsNothing() {
        var buckets = TokenBuckets(burst: 1, perSecond: 1)
        #expect(buckets.take(ann, now: 10) == .allowed)
        #expect(buckets.take(ann, now: 0) == .retryAfter(seconds: 1))
        #expect(buckets.take(ann, now: 10.5) == .retryAfter(seconds: 1))
        #expect(buckets.take(ann, now: 11) == .allowed)
    }

    @Test func aLookTakesNothingAndACostIsTakenWhole() {
        var buckets = TokenBuckets(burst: 10, perSecond: 1)
        for _ in 0..<20 { #expect(buckets.peek(ann, now: 0) == .allowed) }
        #expect(buckets.take(ann, cost: 25, now: 0) == .allowed)
        #expect(buckets.peek(ann, now: 0) == .retryAfter(seconds: 1))
        #expect(buckets.peek(ann, now: 1) == .allowed)
    }

    @Test func theLeastRecentlyAskedBucketGoesFirst() {
        var buckets = TokenBuckets(burst: 1, perSecond: 0.001, maximumKeyCount: 3)
        for address in ["a", "b", "c"] { #expect(buckets.take(.address(address), now: 0) == .allowed) }
        #expect(buckets.take(.address("a"), now: 0) != .allowed)
        #expect(buckets.take(.address("d"), now: 0) == .allowed)
        #expect(buckets.count == 3)
        #expect(buckets.take(.address("a"), now: 0) != .allowed)
        #expect(buckets.take(.address("c"), now: 0) != .allowed)
        #expect(buckets.take(.address("b"), now: 0) == .allowed)
    }

    @Test func theRateLimiterUsesItsOwnClock() {
        let limiter = RateLimiter(TokenBuckets(burst: 2, perSecond: 0.0001))
        #expect(limiter.take(ann) == .allowed)
        #expect(limiter.take(ann) == .allowed)
        guard case .retryAfter(let seconds) = limiter.take(ann) else {
            Issue.record("a third request was allowed")
            return
        }
        #expect((1...10_000).contains(seconds))
    }
}
