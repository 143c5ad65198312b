import Glibc
import Postgres
import Testing

@testable import EmbeddedPostgres

extension ServerTests {
    /// Clusters below /var/lib/waybill, which root keeps for data directories that PostgreSQL's account cannot enter.
    @Suite(.enabled(if: geteuid() == 0)) struct OutsideClusters {
        private func with(_ body: (_ place: Workplace, _ root: String) async throws -> Void) async throws {
            try await Workplace.with(suffix: "/data", mode: 0o700) { place in
                try await body(place, String(place.dataDirectory.dropLast("/data".count)))
            }
        }

        /// Makes a cluster with a table, and stops its server.
        private func fill(_ place: Workplace) async throws {
            let postgres = place.postgres()
            try await execute("create table kept as select 42 as answer", in: postgres.start())
            try await postgres.stop()
        }

        private func hasTable(_ place: Workplace) async throws -> Bool {
            let postgres = place.postgres()
            let database = try await postgres.start()
            let found = try await rows("select count(*)::text from pg_class where relname = 'kept'", in: database)
            try await postgres.stop()
            return found == [["1"]]
        }

        private func remove(_ place: Workplace) throws {
            for name in ["", ".old-1", ".old-2"] {
                for ending in ["", ".lock"] { try FileSystem.removeTree("\(place.outside)\(name)\(ending)") }
            }
        }

        @Test func dataDirectoryMadeAnewBeginsEmptyAndKeepsTheOldClusterBeside() async throws {
            try await with { place, root in
                defer { try? remove(place) }
                try await fill(place)
                let copy = "\(root)/copy"
                try #require(rename(place.dataDirectory, copy) == 0)
                #expect(!EmbeddedPostgres.hasCluster(in: place.dataDirectory))
                #expect(try await !hasTable(place))
                #expect(FileSystem.exists("\(place.outside).old-1/PG_VERSION"))
                #expect(try await !hasTable(place), "and stays with the new one")

                // A backup of the deleted directory is put back.
                try FileSystem.removeTree(place.dataDirectory)
                try #require(rename(copy, place.dataDirectory) == 0)
                #expect(EmbeddedPostgres.hasCluster(in: place.dataDirectory))
                #expect(try await hasTable(place))
            }
        }

        @Test func runningServerOfADeletedDirectoryIsEnded() async throws {
            try await with { place, _ in
                defer { try? remove(place) }
                let lost = place.postgres()
                _ = try await lost.start()
                let pid = try #require(await lost.postmasterPid)
                let error = await #expect(throws: EmbeddedPostgresError.self) { try await place.postgres().start() }
                #expect(error?.code == .directoryLocked, "a process that serves it goes on")
                // As after a kill -9 of the service: the lock is free, the server runs.
                try FileSystem.removeTree("\(place.outside).lock")
                try FileSystem.removeTree(place.dataDirectory)
                #expect(try await !hasTable(place))
                #expect(ProcessFacts(pid: pid)?.isDead ?? true)
                _ = ChildProcess.reap(pid)
            }
        }

        @Test func clusterFollowsItsMovedDataDirectory() async throws {
            try await with { place, root in
                let moved = Workplace(dataDirectory: "\(root)/moved")
                defer {
                    try? remove(place)
                    try? remove(moved)
                }
                try await fill(place)
                try #require(rename(place.dataDirectory, moved.dataDirectory) == 0)
                #expect(EmbeddedPostgres.hasCluster(in: moved.dataDirectory))
                #expect(try await hasTable(moved))
                #expect(!FileSystem.exists(place.outside))
            }
        }

        @Test func copyWithoutItsClusterIsRefused() async throws {
            try await with { place, root in
                let copy = Workplace(dataDirectory: "\(root)/copy")
                defer {
                    try? remove(place)
                    try? remove(copy)
                }
                try await fill(place)
                try #require(mkdir(copy.dataDirectory, 0o711) == 0)
                try #require(ClusterMark(in: place.dataDirectory)).write(to: copy.dataDirectory)
                let error = await #expect(throws: EmbeddedPostgresError.self) { try await copy.postgres().start() }
                #expect(error?.code == .directoryCopied)
                #expect(error?.message.contains("is a copy of \(place.dataDirectory)") == true)
                #expect(try await hasTable(place), "the original goes on")
            }
        }

        @Test func lostClusterIsAnErrorAndNotAnEmptyLog() async throws {
            try await with { place, _ in
                defer { try? remove(place) }
                try await fill(place)
                let backup = "\(place.outside).bak"
                defer { try? FileSystem.removeTree(backup) }
                try #require(rename(place.outside, backup) == 0)
                let error = await #expect(throws: EmbeddedPostgresError.self) { try await place.postgres().start() }
                #expect(error?.code == .clusterMissing)
                try FileSystem.removeTree("\(place.dataDirectory)/cluster.id")
                #expect(try await !hasTable(place))
            }
        }

        @Test func clusterFromBeforeThereWereMarksIsKept() async throws {
            try await with { place, _ in
                defer { try? remove(place) }
                try await fill(place)
                try FileSystem.removeTree("\(place.dataDirectory)/cluster.id")
                try FileSystem.removeTree("\(place.outside)/cluster.id")
                #expect(EmbeddedPostgres.hasCluster(in: place.dataDirectory))
                #expect(try await hasTable(place))
                #expect(ClusterMark(in: place.dataDirectory)?.id == ClusterMark(in: place.outside)?.id)
            }
        }

        /// A kill between the steps of the marking, and the half that an earlier version left.
        @Test(arguments: ["pending and none", "pending and there", "none and there"])
        func clusterWhoseMarkingWasInterruptedIsKept(_ state: String) async throws {
            try await with { place, _ in
                defer { try? remove(place) }
                try await fill(place)
                let mark = try #require(ClusterMark(in: place.dataDirectory))
                if state.hasPrefix("pending") {
                    try mark.pending.write(to: place.dataDirectory)
                } else {
                    try FileSystem.removeTree("\(place.dataDirectory)/cluster.id")
                    let key = "\(place.dataDirectory)/dev-key.pem"
                    close(open(key, O_WRONLY | O_CREAT, 0o600))
                    try #require(utimes(key, [timeval(tv_sec: 1, tv_usec: 0), timeval(tv_sec: 1, tv_usec: 0)]) == 0)
                }
                if state.hasSuffix("none") { try FileSystem.removeTree("\(place.outside)/cluster.id") }
                #expect(EmbeddedPostgres.hasCluster(in: place.dataDirectory))
                #expect(try await hasTable(place))
                #expect(ClusterMark(in: place.dataDirectory) == ClusterMark(id: mark.id))
                #expect(ClusterMark(in: place.outside) == ClusterMark(id: mark.id, note: place.dataDirectory))
            }
        }

        @Test func failedMarkOfTheDataDirectoryLeavesTheClusterUnmarked() async throws {
            try await with { place, _ in
                defer { try? remove(place) }
                try await fill(place)
                try FileSystem.removeTree("\(place.dataDirectory)/cluster.id")
                try FileSystem.removeTree("\(place.outside)/cluster.id")
                // A directory in the draft's place fails the write as a full disk does, for root too.
                let obstacle = "\(place.dataDirectory)/cluster.id.new"
                try #require(mkdir(obstacle, 0o700) == 0)
                #expect(await failure { _ = try await place.postgres().start() } == .fileSystem)
                #expect(ClusterMark(in: place.outside) == nil)
                try #require(rmdir(obstacle) == 0)
                #expect(try await hasTable(place), "the next start serves it")
            }
        }

        @Test func interruptedMakingOfAClusterIsRepeated() async throws {
            try await with { place, _ in
                defer { try? remove(place) }
                try #require(mkdir(place.dataDirectory, 0o711) == 0)
                try ClusterMark.new().write(to: place.dataDirectory)
                #expect(!EmbeddedPostgres.hasCluster(in: place.dataDirectory))
                #expect(try await !hasTable(place))
                #expect(ClusterMark(in: place.dataDirectory)?.isPending == false)
            }
        }
    }
}
