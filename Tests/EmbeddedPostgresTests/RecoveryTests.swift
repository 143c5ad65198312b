import Glibc
import Logging
import Postgres
import ServiceLifecycle
import TestSupport
import Testing

@testable import EmbeddedPostgres

extension ServerTests {
    @Suite struct Recovery {
        @Test func killedServerIsReplacedWithoutLossOfCommittedData() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                let database = try await postgres.start()
                try await execute("create table kept as select 42 as answer", in: database)
                let pid = try #require(await postgres.postmasterPid)
                try #require(kill(pid, SIGKILL) == 0)
                #expect(try await postgres.start() == database)
                #expect(await postgres.postmasterPid != pid)
                #expect(try await rows("select answer::text from kept", in: database) == [["42"]])
                try await postgres.stop()
            }
        }

        @Test func clusterKilledAtOnceRecoversForTheNextOwner() async throws {
            try await Workplace.with { place in
                let first = place.postgres()
                let database = try await first.start()
                try await execute("create table kept as select 42 as answer", in: database)
                try await Workplace.endEverything(in: place.inside)
                #expect(FileSystem.exists("\(place.inside)/postmaster.pid"))
                let second = place.postgres()
                #expect(try await second.start() == database)
                #expect(try await rows("select answer::text from kept", in: database) == [["42"]])
                try await second.stop()
            }
        }

        @Test func serverOfAKilledOwnerIsAdopted() async throws {
            try await Workplace.with { place in
                await #expect(processExitsWith: .signal(SIGKILL)) { [directory = place.dataDirectory as String] in
                    let lock = try DataDirectoryLock(dataDirectory: directory)
                    let database = try await Workplace(dataDirectory: directory).postgres().start()
                    try await execute("create table kept as select 42 as answer", in: database)
                    withExtendedLifetime(lock) { _ = kill(getpid(), SIGKILL) }
                }
                let running = try #require(EmbeddedPostgres.server(ofCluster: place.inside))
                let lock = try DataDirectoryLock(dataDirectory: place.dataDirectory)
                let postgres = place.postgres()
                let database = try await postgres.start()
                #expect(await postgres.postmasterPid == running.pid)
                #expect(try await rows("select answer::text from kept", in: database) == [["42"]])

                // The server is no child of this process; its death is noticed all the same.
                try #require(kill(running.pid, SIGKILL) == 0)
                #expect(try await postgres.start() == database)
                #expect(try await rows("select answer::text from kept", in: database) == [["42"]])
                try await postgres.stop()
                #expect(ProcessFacts.working(in: place.inside).isEmpty)
                withExtendedLifetime(lock) {}
            }
        }

        @Test func concurrentStartsShareOneServer() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                async let first = postgres.start()
                async let second = postgres.start()
                #expect(try await first == second)
                let pids = ProcessFacts.working(in: place.inside).filter { $0.parent == getpid() }
                #expect(pids.map(\.identity.pid) == [await postgres.postmasterPid])
                try await postgres.stop()
            }
        }

        @Test func busyBackendOfAKilledServerIsEnded() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                let database = try await postgres.start()
                // A loop without a pause never notices the death of the postmaster.
                let busy = Task {
                    try await execute("do $$ begin loop end loop; end $$", in: database)
                }
                #expect(
                    try await eventually {
                        let sql = "select pid::text from pg_stat_activity where state = 'active' and query like 'do %'"
                        return try await rows(sql, in: database).count == 1
                    }
                )
                let pid = try #require(await postgres.postmasterPid)
                try #require(kill(pid, SIGKILL) == 0)
                #expect(try await postgres.start() == database)
                let error = await #expect(throws: PostgresError.self) { try await busy.value }
                #expect(error?.isConnectionLoss == true)
                try await postgres.stop()
            }
        }

        @Test func stalePidFileDoesNotPreventAStart() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                let database = try await postgres.start()
                let file = try #require(FileSystem.contents("\(place.inside)/postmaster.pid"))
                try await postgres.stop()
                try write(file, to: "\(place.inside)/postmaster.pid")
                let next = place.postgres()
                #expect(try await next.start() == database)
                try await next.stop()
            }
        }

        @Test func lockFilesThatCameWithACopyAreNoObstacle() async throws {
            try await Workplace.with { other in
                let neighbour = other.postgres()
                let database = try await neighbour.start()
                let file = try #require(FileSystem.contents("\(other.inside)/postmaster.pid"))
                let lock = try #require(FileSystem.contents("\(other.inside)/.s.PGSQL.5432.lock"))
                try await Workplace.with { place in
                    let postgres = place.postgres()
                    _ = try await postgres.start()
                    try await postgres.stop()
                    try write(file, to: "\(place.inside)/postmaster.pid")
                    try write(lock, to: "\(place.inside)/.s.PGSQL.5432.lock")
                    let next = place.postgres()
                    #expect(try await next.start().host == place.inside)
                    #expect(try await rows("select 1::text", in: database) == [["1"]], "the original goes on")
                    try await next.stop()
                }
                try await neighbour.stop()
            }
        }

        @Test func serverWithoutItsSocketIsReplacedByTheNextOwner() async throws {
            try await Workplace.with { place in
                let first = place.postgres()
                let database = try await first.start()
                let pid = try #require(await first.postmasterPid)
                try #require(unlink("\(place.inside)/.s.PGSQL.5432") == 0)
                let second = place.postgres()
                #expect(try await second.start() == database)
                #expect(await second.postmasterPid != pid)
                #expect(try await rows("select 1::text", in: database) == [["1"]])
                try await second.stop()
            }
        }

        @Test func supervisedServerWhoseSocketWasRemovedComesBack() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                let database = try await postgres.start()
                let known = try #require(await postgres.postmasterPid)
                let running = Task { try await postgres.run() }
                try #require(unlink("\(place.inside)/.s.PGSQL.5432") == 0)
                #expect(
                    try await eventually {
                        guard let pid = await postgres.postmasterPid, pid != known else { return false }
                        return true
                    }
                )
                #expect(try await rows("select 1::text", in: database) == [["1"]])
                running.cancel()
                try await running.value
                try await postgres.stop()
            }
        }

        @Test func serverOfAMovedDataDirectoryIsReplaced() async throws {
            try await Workplace.with(suffix: "/data") { place in
                let postgres = place.postgres()
                try await execute("create table kept as select 42 as answer", in: postgres.start())
                let pid = try #require(await postgres.postmasterPid)
                let moved = Workplace(dataDirectory: "\(place.dataDirectory)-moved")
                try #require(rename(place.dataDirectory, moved.dataDirectory) == 0)
                let next = moved.postgres()
                let database = try await next.start()
                #expect(database.host == moved.inside)
                #expect(await next.postmasterPid != pid)
                #expect(try await rows("select answer::text from kept", in: database) == [["42"]])
                try await next.stop()
                let error = await #expect(throws: EmbeddedPostgresError.self) { try await postgres.start() }
                #expect(error?.code == .directoryReplaced)
            }
        }

        @Test func removedClusterEndsItsSupervisionAndLeavesTheNextOneAlone() async throws {
            try await Workplace.with(suffix: "/data") { place in
                let postgres = place.postgres()
                _ = try await postgres.start()
                let pid = try #require(await postgres.postmasterPid)
                let running = Task { try await postgres.run() }
                // Moved, which is a removal in one step.
                try #require(rename(place.dataDirectory, "\(place.dataDirectory)-removed") == 0)
                let next = place.postgres()
                let database = try await next.start()
                let error = await #expect(throws: EmbeddedPostgresError.self) { try await running.value }
                #expect(error?.code == .directoryReplaced)
                #expect(ProcessFacts(pid: pid) == nil)
                await #expect(throws: EmbeddedPostgresError.self) { try await postgres.start() }
                try await postgres.stop()
                #expect(try await rows("select 1::text", in: database) == [["1"]], "the next one goes on")
                try await next.stop()
            }
        }

        @Test func failedStartReportsTheServersLog() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                _ = try await postgres.start()
                try await postgres.stop()
                try write("nonsense = yes\n", to: "\(place.inside)/postgresql.auto.conf")
                let error = await #expect(throws: EmbeddedPostgresError.self) { try await place.postgres().start() }
                #expect(error?.code == .startFailed)
                #expect(error?.message.contains("nonsense") == true)
            }
        }

        @Test func supervisedServerComesBackAndOutlivesItsSupervision() async throws {
            try await Workplace.with { place in
                let postgres = place.postgres()
                let database = try await postgres.start()
                let group = ServiceGroup(
                    services: [postgres],
                    logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() }
                )
                let running = Task { try await group.run() }
                var known = try #require(await postgres.postmasterPid)
                for _ in 0..<2 {
                    try #require(kill(known, SIGKILL) == 0)
                    #expect(
                        try await eventually {
                            guard let pid = await postgres.postmasterPid, pid != known else { return false }
                            return true
                        }
                    )
                    #expect(try await rows("select 1::text", in: database) == [["1"]])
                    known = try #require(await postgres.postmasterPid)
                }
                await group.triggerGracefulShutdown()
                try await running.value
                #expect(try await rows("select 1::text", in: database) == [["1"]])
                try await postgres.stop()
                #expect(ProcessFacts.working(in: place.inside).isEmpty)
            }
        }

        private func write(_ text: String, to path: String) throws {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
            try #require(descriptor >= 0)
            defer { close(descriptor) }
            try #require(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
        }
    }
}
