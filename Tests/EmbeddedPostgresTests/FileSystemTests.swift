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

    @Test func removedTreeLeavesAloneWhatItsLinksName() async throws {
        try await Workplace.with { place in
            let root = place.dataDirectory
            try FileSystem.makeDirectories("\(root)/tree/deep/er", mode: 0o711)
            try FileSystem.makeDirectories("\(root)/kept/deep", mode: 0o711)
            try #require(symlink("\(root)/kept", "\(root)/tree/deep/link") == 0)
            try FileSystem.removeTree("\(root)/tree")
            #expect(!FileSystem.exists("\(root)/tree"))
            #expect(FileSystem.exists("\(root)/kept/deep"))
            try FileSystem.removeTree("\(root)/missing/tree")
        }
    }

    @Test func linkOnTheWayToARemovedTreeIsNotFollowed() async throws {
        try await Workplace.with { place in
            let root = place.dataDirectory
            try FileSystem.makeDirectories("\(root)/kept/deep", mode: 0o711)
            try #require(symlink("\(root)/kept", "\(root)/link") == 0)
            #expect(throws: EmbeddedPostgresError.self) { try FileSystem.removeTree("\(root)/link/deep", below: root) }
            #expect(FileSystem.exists("\(root)/kept/deep"))
            try FileSystem.removeTree("\(root)/kept/deep", below: root)
            #expect(!FileSystem.exists("\(root)/kept/deep"))
        }
    }

    @Test func contentsOfALinkOrAPipeAreNotRead() async throws {
        try await Workplace.with { place in
            let (pipe, link) = ("\(place.dataDirectory)/pipe", "\(place.dataDirectory)/link")
            try #require(mkfifo(pipe, 0o600) == 0 && symlink("/etc/passwd", link) == 0)
            #expect(FileSystem.contents(pipe) == nil)
            #expect(FileSystem.contents(link) == nil)
        }
    }
}
