import Glibc
import Logging
import Testing

@testable import EmbeddedPostgres

/// The directories beside a cluster that an upgrade or a start may remove.
@Suite struct UpgradeDraftTests {
    private let logger = Logger(label: "draft") { _ in SwiftLogNoOpLogHandler() }

    private func clear(_ place: Workplace) async throws {
        let account = try ServerAccount.choose(ownerOfCluster: nil)
        try await UpgradeDraft.clear(of: place.inside, account: account, logger: logger)
    }

    /// Makes what looks like a cluster of a version.
    private func makeCluster(_ path: String, major: String) throws {
        try FileSystem.makeDirectories(path, mode: 0o700)
        let descriptor = open("\(path)/PG_VERSION", O_WRONLY | O_CREAT, 0o600)
        try #require(write(descriptor, "\(major)\n", 3) == 3)
        close(descriptor)
    }

    @Test func onlyMarkedDraftsAreRemoved() async throws {
        try await Workplace.with { place in
            let draft = "\(place.inside).upgrade-77"
            try DraftMark(of: draft).make()
            let copies = ["backup", "20261128", "", "78.old"].map { "\(place.inside).upgrade-\($0)" }
            for path in [draft] + copies { try makeCluster(path, major: "15") }
            try await clear(place)
            #expect(
                FileSystem.entries(place.dataDirectory).sorted().map { "\(place.dataDirectory)/\($0)" }
                    == copies.sorted()
            )
        }
    }

    @Test func finishedClusterIsRemovedOnlyWithItsMark() async throws {
        try await Workplace.with { place in
            let finished = UpgradeDraft.finished(of: place.inside)
            try makeCluster(place.inside, major: "15")
            try makeCluster(finished, major: "18")
            try await clear(place)
            #expect(FileSystem.exists(finished), "somebody's own")
            let moved = "\(place.inside).moved"
            try #require(rename(finished, moved) == 0)
            try DraftMark(of: finished).make()
            try #require(rename(moved, finished) == 0)
            try await clear(place)
            #expect(FileSystem.entries(place.dataDirectory) == ["postgres"])
        }
    }

    @Test func finishedClusterTakesAnEmptyPlace() async throws {
        for isMarked in [true, false] {
            try await Workplace.with { place in
                let finished = UpgradeDraft.finished(of: place.inside)
                if isMarked { try DraftMark(of: finished).make() }
                try makeCluster(finished, major: "18")
                try await clear(place)
                #expect(ClusterPlace.major(of: place.inside) == 18)
                #expect(FileSystem.entries(place.dataDirectory) == ["postgres"])
            }
        }
    }

    @Test func markOfAnInterruptedUpgradeDoesNotStay() async throws {
        try await Workplace.with { place in
            for name in ["upgraded", "upgrade-9"] { try DraftMark(of: "\(place.inside).\(name)").make() }
            try await clear(place)
            #expect(FileSystem.entries(place.dataDirectory).isEmpty)
        }
    }

    @Test func markIsRefusedForADirectoryThatIsThere() async throws {
        try await Workplace.with { place in
            try makeCluster(place.inside, major: "15")
            #expect(throws: EmbeddedPostgresError.self) { try DraftMark(of: place.inside).make() }
            #expect(!DraftMark(of: place.inside).exists)
        }
    }

    @Test(arguments: [("postgres", true), ("pg_upgrade", true), ("psql", true), ("bash", false), ("sh", false)])
    func shellInADraftIsNotKilled(_ name: String, _ isKilled: Bool) {
        #expect(UpgradeDraft.isProgram(name) == isKilled)
    }

    @Test func settingsAreComparedWithoutCommentsQuotesAndBlanks() {
        let old = "# made by initdb\n\nlc_messages = 'C'\t\t# locale\nlocal   all  all trust\n  work_mem = 4MB\n"
        #expect(UpgradeWork.settings(old) == ["lc_messages = C", "local all all trust", "work_mem = 4MB"])
    }
}
