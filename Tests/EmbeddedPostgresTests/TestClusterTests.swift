import Glibc
import Postgres
import Testing

@testable import EmbeddedPostgres
@testable import TestSupport

extension ServerTests {
    @Suite struct SharedCluster {
        @Test func everyTestGetsItsOwnDatabaseAndLeavesNone() async throws {
            let names = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        try await TestCluster.shared.withDatabase { database in
                            try await execute("create table own ()", in: database)
                            return database.database
                        }
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(names.count == 3)
            let left = try await rows(
                "select datname from pg_database where datname like 't\\_%'",
                in: try await TestCluster.shared.server()
            )
            #expect(left.isEmpty)
        }

        @Test func testProcessThatExitsLeavesNothing() async throws {
            try await Workplace.with { place in
                let report = "\(place.dataDirectory)/report"
                await #expect(processExitsWith: .exitCode(0)) { [report = report as String] in
                    try await SharedCluster.startAndReport(to: report)
                    exit(0)
                }
                let cluster = try #require(FileSystem.contents(report))
                #expect(!FileSystem.exists(cluster))
                #expect(ProcessFacts.working(in: cluster).isEmpty)
            }
        }

        @Test func killedTestProcessIsCleanedUpByTheNext() async throws {
            try await Workplace.with { place in
                let report = "\(place.dataDirectory)/report"
                await #expect(processExitsWith: .signal(SIGKILL)) { [report = report as String] in
                    try await SharedCluster.startAndReport(to: report)
                    kill(getpid(), SIGKILL)
                }
                let cluster = try #require(FileSystem.contents(report))
                #expect(EmbeddedPostgres.server(ofCluster: cluster) != nil)
                try await Leftovers.removeAbandoned()
                #expect(!FileSystem.exists(cluster))
                #expect(ProcessFacts.working(in: cluster).isEmpty)
            }
        }

        private static func startAndReport(to path: String) async throws {
            let cluster = try await TestCluster.shared.server().host
            let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
            try #require(write(descriptor, cluster, cluster.utf8.count) == cluster.utf8.count)
            close(descriptor)
        }
    }
}
