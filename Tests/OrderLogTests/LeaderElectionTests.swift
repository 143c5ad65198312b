import LogSupport
import Postgres
import Synchronization
import TestSupport
import Testing

@testable import OrderLog

@Suite struct LeaderElectionTests {
    /// A process that takes part in the election and says something ten times a second while it leads.
    private final class Process: Sendable {
        let election: LeaderElection
        let connection: PostgresConnection
        private let hasEnded = Mutex(false)

        init(_ log: TestLog) async throws {
            election = LeaderElection(logger: log.logger)
            var configuration = log.database
            configuration.roleExpression = LogConnection.roleExpression
            configuration.serverSettings = LeaderElection.sessionSettings
            connection = try await PostgresConnection.connect(configuration, logger: log.logger)
        }

        func run() async throws {
            try await election.run(on: connection) {
                try? await Task.sleep(for: .milliseconds(100))
                return !self.hasEnded.withLock { $0 }
            } lead: { term in
                while !self.hasEnded.withLock({ $0 }) {
                    try await term.confirm()
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
        }

        /// Ends as a service does that shuts down.
        func end() { hasEnded.withLock { $0 = true } }
    }

    private func withProcesses(
        _ count: Int,
        _ body: @Sendable (TestLog, [Process]) async throws -> Void
    ) async throws {
        try await TestLog.with { log in
            var processes: [Process] = []
            for _ in 0..<count { processes.append(try await Process(log)) }
            let all = processes
            await withTaskGroup(of: Void.self) { group in
                // The end of a session is what the tests are about.
                for process in all { group.addTask { try? await process.run() } }
                await #expect(throws: Never.self) { try await body(log, all) }
                for process in all { process.end() }
                await group.waitForAll()
            }
        }
    }

    private func leaders(of processes: [Process]) -> [Process] { processes.filter(\.election.isLeader) }

    @Test func oneOfSeveralProcessesLeads() async throws {
        try await withProcesses(3) { _, processes in
            #expect(try await eventually { leaders(of: processes).count == 1 })
            for _ in 0..<20 {
                try await Task.sleep(for: .milliseconds(50))
                #expect(leaders(of: processes).count == 1)
            }
        }
    }

    @Test func anotherProcessLeadsWithinTwoSecondsAfterTheLeadersEnd() async throws {
        try await withProcesses(2) { _, processes in
            #expect(try await eventually { leaders(of: processes).count == 1 })
            let first = try #require(leaders(of: processes).first)
            let second = try #require(processes.first { $0 !== first })
            first.end()
            #expect(try await eventually(within: .seconds(2)) { second.election.isLeader && !first.election.isLeader })
        }
    }

    @Test func aLeaderWhoseSessionWasEndedDoesNotLead() async throws {
        try await withProcesses(2) { log, processes in
            #expect(try await eventually { leaders(of: processes).count == 1 })
            let first = try #require(leaders(of: processes).first)
            let second = try #require(processes.first { $0 !== first })
            try await PostgresConnection.with(log.database, logger: log.logger) { connection in
                try await connection.query("select pg_terminate_backend($1)", [first.connection.backendProcessID])
            }
            async let waited: Void = second.election.waitUntilLeading()
            #expect(try await eventually(within: .seconds(2)) { second.election.isLeader && !first.election.isLeader })
            await waited
        }
    }

    /// As of a process of another version, whose session has no limit of its own.
    @Test func aSilentLeadersSessionIsEndedByAnotherProcess() async throws {
        try await TestLog.with { log in
            try await PostgresConnection.with(log.database, logger: log.logger) { silent in
                try await silent.query(LeaderLock.tryAcquire)
                let process = try await Process(log)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await process.run() }
                    #expect(try await eventually(within: .seconds(8)) { process.election.isLeader })
                    #expect(!silent.isOpen)
                    process.end()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func aProcessThatWasNotAskedForSecondsDoesNotTakeItselfForTheLeader() async throws {
        try await TestLog.with { log in
            let process = try await Process(log)
            try await process.election.run(on: process.connection) {
                false
            } lead: { term in
                #expect(process.election.isLeader)
                process.election.confirm(term.number, since: .now - .seconds(5))
                #expect(!process.election.isLeader)
                try await term.confirm()
                #expect(process.election.isLeader)
            }
            #expect(!process.election.isLeader)
        }
    }

    @Test func aLeaderAloneDoesNotResign() async throws {
        try await withProcesses(1) { _, processes in
            #expect(try await eventually { leaders(of: processes).count == 1 })
            let rows = try await processes[0].connection.query(LeaderLock.hasOtherCandidates)
            #expect(try rows[0].get("has_others", as: Bool.self) == false)
        }
        try await withProcesses(2) { _, processes in
            #expect(try await eventually { leaders(of: processes).count == 1 })
            let rows = try await processes[0].connection.query(LeaderLock.hasOtherCandidates)
            #expect(try rows[0].get("has_others", as: Bool.self) == true)
        }
    }
}
