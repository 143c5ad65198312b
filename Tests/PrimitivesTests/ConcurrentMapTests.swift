import Primitives
import Testing

@Suite struct ConcurrentMapTests {
    @Test(arguments: [0, 1, 24, 25, 26, 49, 50, 51, 101, 1000])
    func resultsStandInTheElementsOrder(count: Int) async throws {
        let numbers = Array(0..<count)
        #expect(try await numbers.concurrentMap(pieceLength: 25) { $0 * 3 } == numbers.map { $0 * 3 })
    }

    @Test func anErrorOfAnyPieceIsThrown() async {
        for wrong in [0, 30, 99] {
            await #expect(throws: CancellationError.self) {
                try await Array(0..<100).concurrentMap(pieceLength: 10) { number in
                    if number == wrong { throw CancellationError() }
                    return number
                }
            }
        }
    }
}
