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

    @Test func lockFileIsForItsOwnerAloneAlsoWhereItWasOpenBefore() async throws {
        try await Workplace.with { place in
            let file = "\(place.dataDirectory)/waybill.lock"
            for before in [nil, 0o644 as mode_t] {
                if let before { try #require(chmod(file, before) == 0) }
                let lock = try DataDirectoryLock(dataDirectory: place.dataDirectory)
                #expect(FileSystem.status(file)?.st_mode == 0o600 | S_IFREG)
                withExtendedLifetime(lock) {}
            }
        }
    }
}
