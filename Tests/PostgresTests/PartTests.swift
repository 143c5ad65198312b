import Testing

@testable import Postgres

@Suite struct PartTests {
    @Test func deadlinesComeInOrderWithoutTheCancelledOnes() {
        var heap = DeadlineHeap()
        var random = SystemRandomNumberGenerator()
        var expected: [(deadline: UInt64, id: UInt64)] = []
        for number in 0..<2000 {
            let deadline = UInt64.random(in: 0..<100_000, using: &random)
            let id = heap.insert(deadline: deadline)
            if number % 3 == 0 { heap.cancel(id) } else { expected.append((deadline, id)) }
        }
        #expect(heap.count == expected.count)
        #expect(heap.next() == expected.map(\.deadline).min())
        var popped: [UInt64: UInt64] = [:]
        var order: [UInt64] = []
        let deadlines = Dictionary(uniqueKeysWithValues: expected.map { ($0.id, $0.deadline) })
        while let id = heap.popDue(now: .max) {
            popped[id] = deadlines[id]
            order.append(deadlines[id] ?? .max)
        }
        #expect(popped == deadlines)
        #expect(order == order.sorted())
        #expect(heap.next() == nil)
    }

    @Test func nothingIsDueBeforeItsTime() {
        var heap = DeadlineHeap()
        let id = heap.insert(deadline: 10)
        #expect(heap.popDue(now: 9) == nil)
        #expect(heap.popDue(now: 10) == id)
    }

    @Test func aQueueKeepsItsOrderThroughGrowthAndPuttingBack() {
        var queue = FIFO<Int>()
        var next = 0
        for number in 0..<1000 {
            queue.append(number)
            guard number % 2 == 1, let first = queue.popFirst() else { continue }
            queue.pushFirst(first)
            #expect(queue.popFirst() == next)
            next += 1
        }
        #expect(queue.count == 500)
        #expect(queue.drain() == Array(500..<1000))
        #expect(queue.isEmpty)
    }

    @Test func identifiersAreQuoted() {
        #expect("a\"b".quotedIdentifier == "\"a\"\"b\"")
    }

    @Test func anEncodedArrayHasTheServersLayout() {
        var bytes: [UInt8] = []
        ([1, nil] as [Int16?]).encode(into: &bytes)
        #expect(
            bytes == [
                0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 255, 255, 255, 255,
            ]
        )
    }

    @Test func jobsOfAnExecutorRunOneAfterTheOther() async {
        actor Counter {
            nonisolated let executor = PostgresExecutor(name: "counter")
            nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
            var value = 0
            func increment() { value += 1 }
        }
        let counter = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<1000 { group.addTask { await counter.increment() } }
        }
        #expect(await counter.value == 1000)
    }
}
