import Glibc
import Testing

@testable import EmbeddedPostgres

@Suite struct FileSystemTests {
    @Test(arguments: ["/proc/nope", "/proc/nope/deeper", "/dev/null/data", "/proc/1/nope", ""])
    func impossibleDirectoryIsAnErrorThatNamesIt(_ path: String) {
        let error = #expect(throws: EmbeddedPostgresError.self) {
            try FileSystem.makeDirectories(path, mode: 0o711)
        }
        #expect(error?.code == .fileSystem)
        #expect(error?.message.hasPrefix("cannot make the directory") == true)
        #expect("\(error.map { "\($0)" } ?? "")" == error?.message)
    }

    @Test func heldPathNoticesThatItsDirectoryIsMadeAnew() async throws {
        try await Workplace.with { place in
            let path = "\(place.dataDirectory)/held"
            try FileSystem.makeDirectories(path, mode: 0o700)
            let held = try HeldPath(path)
            #expect(held.isInPlace)
            try FileSystem.removeTree(path)
            #expect(!held.isInPlace)
            // A file system such as ext4 would give the same number again.
            try FileSystem.makeDirectories(path, mode: 0o700)
            #expect(!held.isInPlace)
        }
    }

    @Test func missingParentsAreMadeWithTheSameMode() async throws {
        try await Workplace.with(suffix: "/a//b/") { place in
            try FileSystem.makeDirectories(place.dataDirectory, mode: 0o711)
            try FileSystem.makeDirectories(place.dataDirectory, mode: 0o700)
            #expect(FileSystem.status(String(place.dataDirectory.dropLast()))?.st_mode ?? 0 & 0o777 == 0o711 | S_IFDIR)
        }
    }
}
