import Logging
import Postgres
import TestSupport
import Testing

@testable import EmbeddedPostgres

/// The comparison that an upgrade makes. One test after the other: roles are the cluster's.
@Suite(.serialized) struct ClusterContentsTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let role = "t_contents"

    /// The facts of one database, and of this test's roles: other tests work in the same cluster.
    private func facts(of database: PostgresConfiguration) async throws -> [String: String] {
        let contents = try await ClusterContents.read(database, databases: [database.database], logger: Self.logger)
        return contents.facts.filter { !$0.key.hasPrefix("role ") || $0.key.contains(Self.role) }
    }

    @Test func everyChangeOfContentsIsADifference() async throws {
        try await TestCluster.shared.withDatabase { database in
            let session = try await PostgresConnection.connect(database, logger: Self.logger)
            let setUp = """
                create table plain (n int);
                insert into plain values (1);
                create view shown as select n from plain;
                create materialized view kept as select n from plain;
                create sequence numbers;
                select lo_from_bytea(7001, decode(repeat('ab', 5000), 'hex'));
                create role \(Self.role) nologin;
                create role \(Self.role)_member nologin;
                """
            try await session.executeScript(setUp)
            let changes = [
                "update plain set n = 2": "table public.plain", "drop view shown": "view public.shown",
                "refresh materialized view kept with no data": "materialized view public.kept",
                "select nextval('numbers')": "sequence public.numbers",
                "select lo_put(7001, 4000, '\\x00')": "large objects",
                "select lo_create(7002)": "large objects",
                "create index on plain (n)": "indexes",
                "alter role \(Self.role) login password 'x'": "role \(Self.role)",
                "grant \(Self.role) to \(Self.role)_member": "role \(Self.role)_member in \(Self.role)",
            ]
            for (change, name) in changes {
                let before = try await facts(of: database)
                try await session.executeScript(change)
                let after = try await facts(of: database)
                let differing = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
                #expect(differing.count == 1 && differing.first?.hasSuffix(name) == true, "\(change): \(differing)")
            }
            try await session.executeScript("drop role \(Self.role), \(Self.role)_member")
            await session.close()
        }
    }

    @Test func staleMaterialisedViewsAndHolesOfLargeObjectsAreNoDifference() async throws {
        try await TestCluster.shared.withDatabase { database in
            let session = try await PostgresConnection.connect(database, logger: Self.logger)
            try await session.executeScript(
                """
                create table plain (n int);
                create materialized view kept as select n from plain;
                insert into plain values (1);
                select lo_from_bytea(7001, '\\x01');
                select lo_put(7001, 10000, '\\x01');
                """
            )
            let before = try await facts(of: database)
            try await session.executeScript("refresh materialized view kept; select lo_put(7001, 4096, '\\x0000')")
            #expect(try await facts(of: database) == before)
            await session.close()
        }
    }
}
