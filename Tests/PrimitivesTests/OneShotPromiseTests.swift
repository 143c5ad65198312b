import Primitives
import Testing

@Suite struct OneShotPromiseTests {
    @Test func valueGivenBeforeIsReturnedAtOnce() async {
        let promise = OneShotPromise<Int>()
        #expect(!promise.isFulfilled)
        #expect(promise.fulfill(7))
        #expect(promise.isFulfilled)
        #expect(await promise.value() == 7)
    }

    @Test func onlyTheFirstValueCounts() async {
        let promise = OneShotPromise<Int>()
        #expect(promise.fulfill(1))
        #expect(!promise.fulfill(2))
        #expect(await promise.value() == 1)
    }

    @Test func waitingTasksGetTheirValues() async {
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                let promise = OneShotPromise<Int>()
                group.addTask { await promise.value() == number }
                group.addTask { promise.fulfill(number) }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
