import Testing

@testable import EmbeddedPostgres

@Suite struct ServerBinariesTests {
    private let installed = [ServerBinaries(directory: "/17", major: 17), ServerBinaries(directory: "/15", major: 15)]

    @Test func newClusterTakesTheFirstAndAnExistingOneItsOwnVersion() throws {
        #expect(try ServerBinaries.choose(from: installed, clusterMajor: nil).major == 17)
        #expect(try ServerBinaries.choose(from: installed, clusterMajor: 15).major == 15)
    }

    @Test func missingProgramsAreNamed() {
        #expect(code { try ServerBinaries.choose(from: [], clusterMajor: nil) } == .binariesMissing)
        #expect(code { try ServerBinaries.choose(from: installed, clusterMajor: 16) } == .versionMismatch)
        let old = [ServerBinaries(directory: "/13", major: 13)]
        #expect(code { try ServerBinaries.choose(from: old, clusterMajor: nil) } == .binariesTooOld)
    }

    @Test(arguments: [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", 15), ("postgres (PostgreSQL) 18beta1\n", 18),
        ("postgres\n", nil),
    ])
    func majorVersionIsReadFromTheProgram(text: String, major: Int?) {
        #expect(ServerBinaries.major(fromVersionOutput: text) == major)
    }

    @Test func higherVersionsComeFirstAndANamedDirectoryAlone() {
        let found = ServerBinaries.candidates(named: nil, packaged: ["9", "15", "x"], configured: "/c", path: "/a:/b")
        #expect(found == ["/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/9/bin", "/c", "/a", "/b"])
        #expect(ServerBinaries.candidates(named: "/n", packaged: ["15"], configured: "/c", path: "/a") == ["/n"])
    }

    private func code(_ body: () throws -> ServerBinaries) -> EmbeddedPostgresError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? EmbeddedPostgresError)?.code
        }
    }
}
