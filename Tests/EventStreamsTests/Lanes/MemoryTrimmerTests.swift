import Testing

@testable import EventStreams

@Suite struct MemoryTrimmerTests {
    @Test func memoryIsReleasedOnceAfterARush() {
        var trimmer = MemoryTrimmer()
        let ticks = [0, 900, 990, 2000, 9000, 9040, 9041, 9100, 10_200, 10_240]
        #expect(
            ticks.map { trimmer.tick(admitted: $0) } == [
                false, false, false, false, false, true, false, false, false, true,
            ]
        )
    }
}
