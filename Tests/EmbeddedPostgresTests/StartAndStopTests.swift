import Glibc
import Postgres
import TestSupport
import Testing

@testable import EmbeddedPostgres

extension ServerTests {
    @Suite struct StartAndStop {
        @Test func freshClusterServesTheDatabaseOverItsSocketOnly() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                let database = try await postgres.start()
                #expect(database.host == place.inside)
                let settings = try await rows(
                    """
                    SELECT current_database(), current_user, pg_encoding_to_char(encoding), datcollate,
                        current_setting('listen_addresses'), current_setting('fsync'),
                        current_setting('synchronous_commit'), current_setting('data_checksums')
                    FROM pg_database WHERE datname = current_database()
                    """,
                    in: database
                )
                #expect(settings == [["waybill", "postgres", "UTF8", "C", "", "on", "on", "on"]])
                let pid = try #require(await postgres.postmasterPid)
                let facts = try #require(ProcessFacts(pid: pid))
                #expect(facts.name == "postgres")
                #expect(facts.parent == getpid(), "the server is a child of the service")
                #expect(facts.user != 0)
                #expect(getsid(pid) == pid)
                #expect(FileSystem.status(place.inside)?.st_mode ?? 0 & 0o777 == 0o700 | S_IFDIR)
                try await postgres.stop()
                #expect(ProcessFacts(pid: pid) == nil)
                #expect(!FileSystem.exists("\(place.inside)/postmaster.pid"))
            }
        }

        @Test func startingAgainKeepsTheServerAndItsData() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                let first = try await postgres.start()
                let pid = await postgres.postmasterPid
                try await execute("create table kept as select 42 as answer", in: first)
                #expect(try await postgres.start() == first)
                #expect(await postgres.postmasterPid == pid)
                try await postgres.stop()
                let next = place.postgres()
                let again = try await next.start()
                #expect(try await rows("select answer::text from kept", in: again) == [["42"]])
                try await next.stop()
            }
        }

        @Test func runningServerIsAdoptedAndStoppedByTheNextOwner() async throws {
            try await Workplace.with { place in
                let first = place.postgres()
                let database = try await first.start()
                let pid = await first.postmasterPid
                let second = place.postgres()
                #expect(try await second.start() == database)
                #expect(await second.postmasterPid == pid)
                try await second.stop()
                #expect(ProcessFacts.working(in: place.inside).isEmpty)
            }
        }

        @Test func cancelledOwnerStillStopsTheServer() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                _ = try await postgres.start()
                let stopping = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    try await postgres.stop()
                }
                try await stopping.value
                #expect(ProcessFacts.working(in: place.inside).isEmpty)
                await #expect(throws: CancellationError.self) { try await postgres.start() }
            }
        }

        @Test func immediateStopLosesNoData() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                let database = try await postgres.start()
                try await execute("create table kept as select 42 as answer", in: database)
                try await postgres.stop(within: .zero)
                #expect(ProcessFacts.working(in: place.inside).isEmpty)
                let next = place.postgres()
                #expect(try await rows("select answer::text from kept", in: next.start()) == [["42"]])
                try await next.stop()
            }
        }

        @Test func noDescriptorIsInherited() async throws {
            try await Workplace.with { place in
                let path = "\(place.dataDirectory)/open-file"
                let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
                try #require(descriptor >= 0)
                defer { close(descriptor) }
                let high = fcntl(descriptor, F_DUPFD, 700)
                try #require(high >= 700)
                defer { close(high) }
                let postgres = place.postgres()
                _ = try await postgres.start()
                var looked = 0
                for process in ProcessFacts.working(in: place.inside) {
                    let directory = "/proc/\(process.identity.pid)/fd"
                    let open = FileSystem.entries(directory).compactMap { FileSystem.linkTarget("\(directory)/\($0)") }
                    // Of a short-lived process that has ended meanwhile there was nothing to see, even while its parent
                    // has not taken note of the end.
                    guard process.identity.isAlive, !open.isEmpty else { continue }
                    looked += 1
                    #expect(open.contains("/dev/null"))
                    #expect(!open.contains(path))
                }
                #expect(looked > 0)
                try await postgres.stop()
            }
        }

        @Test(arguments: ["/" + String(repeating: "long-", count: 30), "/odd, \"quoted\" path's", "/a/b/c"])
        func dataDirectoryMayHaveAnyPath(suffix: String) async throws {
            try await Workplace.with(suffix: suffix) { place in
                let postgres = place.postgres()
                let database = try await postgres.start()
                let socket = "\(database.host)/.s.PGSQL.\(database.port)"
                #expect(socket.utf8.count <= 107)
                #expect(try await rows("select 1::text", in: database) == [["1"]])
                let status = try #require(FileSystem.status(database.host))
                #expect(status.st_mode & 0o777 == 0o700)
                try await postgres.stop()
            }
        }

        @Test(.enabled(if: geteuid() == 0))
        func directoryThatTheAccountCannotReachKeepsItsClusterElsewhere() async throws {
            try await Workplace.with(suffix: "/data", mode: 0o700) { place in
                let postgres = place.postgres()
                let database = try await postgres.start()
                #expect(database.host == place.outside)
                #expect(!FileSystem.exists(place.inside))
                try await execute("create table kept as select 42 as answer", in: database)
                try await postgres.stop()

                let root = String(place.dataDirectory.dropLast("/data".count))
                try #require(chmod(root, 0o711) == 0)
                let next = place.postgres()
                let again = try await next.start()
                #expect(again == database, "an existing cluster stays where it is")
                #expect(try await rows("select answer::text from kept", in: again) == [["42"]])
                try await next.stop()
            }
        }

        @Test func leftoversOfAnInterruptedInitdbAreReplaced() async throws {
            try await Workplace.with { place in
                let draft = "\(place.inside).new-1"
                try DraftMark(of: draft).make()
                let copies = ["new-2", "new-copy", "upgrade-3", "upgrade-backup"].map { "\(place.inside).\($0)" }
                for path in [draft] + copies { try FileSystem.makeDirectories("\(path)/base", mode: 0o700) }
                let postgres = place.postgres()
                _ = try await postgres.start()
                #expect(!FileSystem.exists(draft) && !DraftMark(of: draft).exists)
                for copy in copies { #expect(FileSystem.exists("\(copy)/base"), "somebody's own") }
                try await postgres.stop()
            }
        }

        @Test func foreignFilesInTheClustersPlaceAreNotTouched() async throws {
            try await Workplace.with { place in
                try FileSystem.makeDirectories("\(place.inside)/photos", mode: 0o755)
                let code = await failure { _ = try await place.postgres().start() }
                #expect(code == .initdbFailed || code == .notReachable)
                #expect(FileSystem.exists("\(place.inside)/photos"))
            }
        }

        @Test func missingBinariesNameThePackage() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres(binaries: "/nonexistent")
                let error = await #expect(throws: EmbeddedPostgresError.self) { try await postgres.start() }
                #expect(error?.code == .binariesMissing)
                #expect(error?.message.contains("`postgresql`") == true)
            }
        }

        @Test func clusterOfAnotherVersionIsRefused() async throws {
            try await Workplace.with { place in
                try FileSystem.makeDirectories(place.inside, mode: 0o700)
                let account = try ServerAccount.choose(ownerOfCluster: nil)
                try #require(chown(place.inside, account.user, account.group) == 0)
                let descriptor = open("\(place.inside)/PG_VERSION", O_WRONLY | O_CREAT, 0o600)
                try #require(write(descriptor, "14\n", 3) == 3)
                close(descriptor)
                #expect(await failure { _ = try await place.postgres().start() } == .versionMismatch)
            }
        }
    }
}

/// The code of the error that `body` throws; nil when it throws none.
func failure(_ body: () async throws -> Void) async -> EmbeddedPostgresError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? EmbeddedPostgresError)?.code
    }
}

/// The tests that start servers. They run one at a time: each server takes memory and both cores.
@Suite(.serialized) struct ServerTests {}
