import Glibc
import Testing

@testable import EmbeddedPostgres

@Suite struct DataDirectoryLockTests {
    @Test func refusedLockNamesItsHolder() async throws {
        try await Workplace.with(suffix: "/a/b") { place in
            var lock: DataDirectoryLock? = try DataDirectoryLock(dataDirectory: place.dataDirectory)
            let error = #expect(throws: EmbeddedPostgresError.self) {
                try DataDirectoryLock(dataDirectory: place.dataDirectory)
            }
            #expect(error?.code == .directoryLocked)
            #expect(error?.message.contains("pid \(getpid())") == true)
            withExtendedLifetime(lock) {}
            lock = nil
            _ = try DataDirectoryLock(dataDirectory: place.dataDirectory)
        }
    }
}
