import Testing

@testable import EmbeddedPostgres

@Suite struct PostmasterPresenceTests {
    private static let directory = "/data/postgres"

    private func presence(
        _ directory: String?,
        name: String = "postgres",
        isDead: Bool = false,
        user: UInt32 = 101,
        works: String? = directory,
        pid: Int32 = 812,
        isSamePlace: Bool = false
    ) -> PostmasterPresence {
        PostmasterPresence(
            file: directory.flatMap { PostmasterFile(parsing: "\(pid)\n\($0)\n") },
            process: ProcessFacts(
                identity: .init(pid: pid, startTicks: 1),
                name: name,
                parent: 1,
                isDead: isDead,
                user: user,
                currentDirectory: works
            ),
            directory: Self.directory,
            isSamePlace: isSamePlace,
            account: 101,
            ownPid: 7
        )
    }

    @Test func missingFileMeansNoServer() {
        #expect(presence(nil) == .absent)
    }

    @Test func serverOfTheDirectoryRuns() throws {
        let file = try #require(PostmasterFile(parsing: "812\n/data/postgres\n"))
        #expect(presence(Self.directory) == .running(.init(pid: 812, startTicks: 1), file))
    }

    @Test func serverThatIsBeingKilledStillRuns() throws {
        let file = try #require(PostmasterFile(parsing: "812\n/data/postgres\n"))
        #expect(presence(Self.directory, works: nil) == .running(.init(pid: 812, startTicks: 1), file))
    }

    @Test func deadOwnAndForeignUsersProcessesAreStale() {
        #expect(presence(Self.directory, isDead: true) == .stale)
        #expect(presence(Self.directory, pid: 7) == .stale)
        #expect(presence(Self.directory, name: "nginx", user: 33, works: "/") == .stale)
    }

    @Test func fileOfAnotherDirectoryCameWithACopy() {
        #expect(presence("/other", works: "/other") == .copied)
        #expect(presence("/other", name: "sleep", works: "/") == .copied)
    }

    @Test func serverOfAMovedClusterRuns() throws {
        let file = try #require(PostmasterFile(parsing: "812\n/other\n"))
        #expect(presence("/other") == .running(.init(pid: 812, startTicks: 1), file))
    }

    @Test func serverOfTheSameDirectoryByAnotherPathIsForeign() {
        guard case .foreign(812, let reason) = presence("/other", works: "/other", isSamePlace: true) else {
            Issue.record("not foreign")
            return
        }
        #expect(reason.contains("/other"))
    }

    @Test func otherProgramOfTheSameUserIsForeign() {
        guard case .foreign = presence(Self.directory, name: "sleep", works: "/") else {
            Issue.record("not foreign")
            return
        }
    }
}
