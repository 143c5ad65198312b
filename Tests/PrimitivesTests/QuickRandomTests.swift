import Primitives
import Testing

@Suite struct QuickRandomTests {
    @Test func numbersOfManyTasksAreAllDifferent() async {
        let numbers = await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var generator = QuickRandomNumberGenerator()
                    return (0..<5000).map { _ in generator.next() }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(numbers).count == 40_000)
    }

    @Test func everyBitIsSetInHalfOfTheNumbers() {
        var generator = QuickRandomNumberGenerator()
        let numbers = (0..<20_000).map { _ in generator.next() }
        for bit in 0..<64 {
            let count = numbers.count { $0 >> bit & 1 == 1 }
            // Eight standard deviations.
            #expect((9434...10_566).contains(count), "bit \(bit)")
        }
    }
}
