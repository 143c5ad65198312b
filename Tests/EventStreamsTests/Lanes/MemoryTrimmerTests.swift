import CAllocator
import Foundation
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

    /// The sanitizers bring an allocator of their own.
    private static let isSanitized = ["__asan_init", "__tsan_init"].contains { (name: String) in dlsym(nil, name) != nil
    }

    /// Without it the library would be linked and the system's allocator used.
    @Test(.enabled(if: !isSanitized)) func memoryOfTheProcessIsOfItsOwnAllocator() throws {
        let memory = try #require(malloc(100))
        defer { free(memory) }
        #expect(waybill_allocator_owns(memory))
        let bytes = [UInt8](repeating: 1, count: 10_000)
        #expect(bytes.withUnsafeBytes { $0.baseAddress.map { waybill_allocator_owns($0) } == true })
    }
}
