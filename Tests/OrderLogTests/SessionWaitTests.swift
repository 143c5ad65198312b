import Foundation
import LogSupport
import Orders
import Postgres
import TestSupport
import Testing

@testable import OrderLog

@Suite struct SessionWaitTests {
    private func wait(
        _ state: String?,
        _ type: String? = nil,
        _ event: String? = nil,
        isThere: Bool = true,
        isSameServer: Bool = true,
        inserted: Int64 = 0,
        flushed: Int64 = 0
    ) -> SessionWait {
        SessionWait(
            isSameServer: isSameServer,
            isThere: isThere,
            state: state,
            eventType: type,
            event: event,
            insertedBytes: inserted,
            flushedBytes: flushed
        )
    }

    @Test func theDiskIsToldFromAFrozenProcess() {
        func cause(_ wait: SessionWait, isCommitting: Bool = true) -> SessionWait.Cause {
            wait.cause(after: nil, isCommitting: isCommitting)
        }
        #expect(cause(wait("active", "IO", "WALSync")) == .disk)
        #expect(cause(wait("active", "IPC", "SyncRep")) == .disk)
        #expect(cause(wait("active", "Lock", "tuple")) == .lock)
        #expect(cause(wait("active", "Extension", "Extension")) == .disk)
        #expect(cause(wait("active")) == .work)
        #expect(cause(wait("active", "Timeout", "PgSleep")) == .work)
        #expect(cause(wait("active", "Client", "ClientRead")) == .work, "a long request may be on its way")
        #expect(cause(wait("idle", "Client", "ClientRead")) == .nothing)
        #expect(cause(wait("idle in transaction", "Client", "ClientRead")) == .nothing)
        #expect(cause(wait("idle in transaction", "Client", "ClientRead"), isCommitting: false) == .disk)
        #expect(cause(wait(nil, isThere: false)) == .nothing)
        #expect(cause(wait(nil, isThere: false, isSameServer: false)) == .unknown)
        #expect(cause(wait(nil)) == .disk, "the server does not show this session")
        #expect(cause(wait("disabled")) == .disk)
    }

    @Test func aWaitForWritersCountsOnceAllIsWritten() {
        let first = wait("active", "LWLock", "WALWrite", inserted: 200, flushed: 100)
        #expect(first.cause(after: nil, isCommitting: true) == .disk)
        let stuck = wait("active", "LWLock", "WALWrite", inserted: 300, flushed: 100)
        #expect(stuck.cause(after: first, isCommitting: true) == .disk)
        let alone = wait("active", "LWLock", "WALWrite", inserted: 300, flushed: 200)
        #expect(alone.cause(after: first, isCommitting: true) == .nothing)
    }

    @Test func aProcessGoesOnByItsStatements() {
        var later = wait("active")
        #expect(!later.hasGoneOn(since: wait("active")))
        later.statementBeganMicroseconds = 1
        #expect(later.hasGoneOn(since: wait("active")))
        later.statementBeganMicroseconds = 0
        later.stateChangedMicroseconds = 1
        #expect(later.hasGoneOn(since: wait("active")))
    }

    @Test func theServerTellsTheStateOfASession() async throws {
        try await TestLog.with { log in
            let session = try await PostgresConnection.connect(log.database, logger: log.logger)
            try await PostgresConnection.with(log.database, logger: log.logger) { other in
                let known = try #require(try await ServerSession.current(of: session))
                #expect(known.pid == session.backendProcessID && known.beganMicroseconds > 0)
                // A process has answered a moment before it waits for the next request.
                var idle = try await SessionWait.read(known, on: other)
                let waits = try await eventually {
                    idle = try await SessionWait.read(known, on: other)
                    return idle.eventType == "Client"
                }
                #expect(waits)
                #expect(idle.isSameServer && idle.isThere && idle.state == "idle")
                #expect(idle.insertedBytes >= idle.flushedBytes && idle.flushedBytes > 0)
                #expect(idle.statementBeganMicroseconds > 0 && idle.statementAge < .seconds(60))
            }
            await session.close()
        }
    }

    /// A process of the same number, of another application or on another server, is neither shown nor ended.
    @Test func onlyTheSessionItselfIsEnded() async throws {
        try await TestLog.with { log in
            let session = try await PostgresConnection.connect(log.database, logger: log.logger)
            let known = try #require(try await ServerSession.current(of: session))
            func altered(_ name: String? = nil, began: Int64 = 0, server: Int64 = 0) -> ServerSession {
                ServerSession(
                    pid: known.pid,
                    applicationName: name ?? known.applicationName,
                    user: known.user,
                    database: known.database,
                    beganMicroseconds: known.beganMicroseconds + began,
                    serverBeganMicroseconds: known.serverBeganMicroseconds + server
                )
            }
            try await PostgresConnection.with(log.database, logger: log.logger) { other in
                for stranger in [altered("another"), altered(began: 1), altered(server: 1)] {
                    let wait = try await SessionWait.read(stranger, on: other)
                    let isSameServer = stranger.serverBeganMicroseconds == known.serverBeganMicroseconds
                    #expect(!wait.isThere && wait.isSameServer == isSameServer)
                    try await stranger.end(on: other)
                }
                #expect(try await ServerSession.current(of: session) == known, "it goes on")
                try await known.end(on: other)
            }
            await #expect(throws: PostgresError.self) { try await session.query("select pg_sleep(5)") }
            await session.close()
        }
    }

    /// A frozen process does not obey the server's limit for a statement. It costs a command that time, and the next
    /// ones nothing.
    @Test func aProcessBeyondItsStatementTimeoutIsEnded() async throws {
        try await TestLog.with { log in
            try await slowsInserts(
                of: log,
                by: "begin perform pg_sleep(30); exception when query_canceled then perform pg_sleep(30); end"
            )
            var settings = Appender.Settings()
            settings.stallTimeout = .seconds(10)
            settings.statementTimeout = .seconds(2)
            try await log.withAppender(settings) { appender in
                let began = ContinuousClock.now
                let first = try await appender.submit(
                    Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: "first")
                )
                #expect(first.position.seq == 1)
                #expect(.now - began > .seconds(2) && .now - began < .seconds(6))
            }
        }
    }

    @Test func aProcessThatComputesIsNotEnded() async throws {
        try await TestLog.with { log in
            try await slowsInserts(
                of: log,
                by: "while clock_timestamp() < statement_timestamp() + interval '2.5 s' loop null; end loop"
            )
            try await log.withAppender { appender in
                // A single command would be refused after two seconds.
                let first = await appender.enqueue(
                    try Samples.submission(.placeOrder, Samples.place(), order: UUID(), key: "first")
                )
                #expect(try await first.receipt().position.seq == 1)
            }
            let attempts = try await log.pool.query("select last_value from attempts")
            #expect(try attempts[0].get("last_value", as: Int64.self) == 1, "its first attempt was committed")
        }
    }

    /// Lets the first insertion of an event take its time; the sequence `attempts` counts the insertions.
    private func slowsInserts(of log: TestLog, by statement: String) async throws {
        try await PostgresConnection.with(log.database, logger: log.logger) { owner in
            try await owner.executeScript(
                """
                create sequence attempts;
                grant usage, select on sequence attempts to public;
                create function wait() returns trigger language plpgsql as
                    $$ begin if nextval('attempts') = 1 then \(statement); end if; return new; end $$;
                create trigger wait before insert on events for each row execute function wait();
                """
            )
        }
    }
}
