import Testing

@testable import Postgres

@Suite struct DeadlineHeapTests {
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
}
