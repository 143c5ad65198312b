import Synchronization
import TestSupport
import Testing

@testable import LiveStreams

@Suite struct SubscriptionTests {
    @Test func signalsBeforeAWaitAreNotLost() async {
        let subscription = Subscription(subject: .feed) {}
        subscription.fork(after: 7)
        subscription.fork(after: 5)
        subscription.end(.shutdown)
        subscription.end(.slow)
        let wake = await subscription.wait(until: .now + .seconds(60))
        #expect(wake.forkedAfter == 5)
        #expect(wake.bye == .shutdown)
        #expect(subscription.poll().forkedAfter == nil)
    }

    @Test func aTickWakesWhoseDeadlineHasCome() async throws {
        let subscription = Subscription(subject: .feed) {}
        let waiter = Task { await subscription.wait(until: .now) }
        let woken = Task {
            _ = await waiter.value
            subscription.close()
        }
        // The waiter may not be there yet at the first tick.
        let isWoken = try await eventually {
            _ = subscription.tick(.now, stallDeadline: .seconds(30))
            return subscription.poll().closed
        }
        #expect(isWoken)
        #expect(await waiter.value == Subscription.Wake())
        await woken.value
    }

    @Test func aClientThatTakesNothingIsCutOff() {
        let aborted = Mutex(0)
        let subscription = Subscription(subject: .feed) { aborted.withLock { $0 += 1 } }
        let start = ContinuousClock.now
        subscription.sending(since: start)
        #expect(!subscription.tick(start + .seconds(29), stallDeadline: .seconds(30)))
        #expect(subscription.tick(start + .seconds(31), stallDeadline: .seconds(30)))
        subscription.sending(since: nil)
        #expect(!subscription.tick(start + .seconds(99), stallDeadline: .seconds(30)))
        #expect(aborted.withLock { $0 } == 1)
    }

    @Test func aStreamThatIsCutOffIsClosedAndAborted() async {
        let aborted = Mutex(false)
        let subscription = Subscription(subject: .feed) { aborted.withLock { $0 = true } }
        subscription.cutOff()
        #expect(await subscription.wait(until: .now + .seconds(60)).closed)
        #expect(aborted.withLock { $0 })
    }
}
