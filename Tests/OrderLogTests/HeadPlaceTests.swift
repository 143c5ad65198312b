import Foundation
import LogSupport
import Orders
import Postgres
import Testing

@testable import OrderLog

@Suite struct HeadPlaceTests {
    private static func block(_ log: TestLog) async throws -> Int {
        let rows = try await log.pool.query("select (ctid::text::point)[0]::int as block from log_head")
        return Int(try #require(rows.first).get("block", as: Int32.self))
    }

    /// Runs `body` while another session's snapshot sees the log as it is now.
    private static func withSnapshot(
        _ log: TestLog,
        _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        try await PostgresConnection.with(log.database, logger: log.logger) { holder in
            try await holder.query("begin isolation level repeatable read")
            try await holder.query("select count(*) from log_head")
            try await body(holder)
        }
    }

    @Test func theHeadIsFoundWhereverOthersMoveIt() async throws {
        try await TestLog.with { log in
            let order = UUID()
            let note = #"{"text":"x","visibility":"staff"}"#
            try await log.withAppender { appender in
                _ = try await appender.submit(Samples.submission(.placeOrder, Samples.place(), order: order))
                try await Self.withSnapshot(log) { _ in
                    try await log.moveHead(times: 500)
                    let later = try await Self.block(log)
                    #expect(later > 1, "the dead versions fill blocks")
                    let second = try await appender.submit(Samples.submission(.addNote, note, order: order))
                    #expect(second.position.seq == 2)
                }
                // The row goes back to the first block, before the one that the appender remembers.
                try await PostgresConnection.with(log.database, logger: log.logger) { connection in
                    try await connection.query("vacuum full log_head")
                }
                #expect(try await Self.block(log) == 0)
                let third = try await appender.submit(Samples.submission(.addNote, note, order: order))
                #expect(third.position.seq == 3)
                let fourth = try await appender.submit(Samples.submission(.addNote, note, order: order))
                #expect(fourth.position.seq == 4)
            }
            #expect(try await log.reader.head().seq == 4)
        }
    }

    @Test func theLockOfTheHeadReadsOneBlockUnderALongSnapshot() async throws {
        try await TestLog.with { log in
            try await Self.withSnapshot(log) { _ in
                try await log.moveHead(times: 1500)
                try await PostgresConnection.with(log.database, logger: log.logger) { connection in
                    for (name, value) in LogConnection.appenderSettings {
                        try await connection.query("select set_config($1, $2, false)", [name, value])
                    }
                    try await connection.query("begin")
                    let found = try await connection.query(LogHead.selectForUpdate)
                    let place = try #require(try HeadPlace(found))
                    let lock = LogHead.lock(near: place)
                    for _ in 0..<6 { #expect(try await connection.query(lock.sql, lock.bindings).count == 1) }
                    let near = try await Self.buffers(lock.sql.replacing("$1", with: "'\(place.block)'"), connection)
                    let anywhere = try await Self.buffers(LogHead.selectForUpdate, connection)
                    #expect(near < 10, "\(near) blocks read near the place, \(anywhere) by the index")
                    #expect(anywhere > near)
                    try await connection.query("rollback")
                }
            }
        }
    }

    /// The number of blocks that a statement reads.
    private static func buffers(_ sql: String, _ connection: PostgresConnection) async throws -> Int {
        let rows = try await connection.query("explain (analyze, buffers, costs off, timing off, summary off) \(sql)")
        let text = try rows.map { try $0.get(0, as: String.self) }.joined(separator: "\n")
        let hits = text.matches(of: /shared hit=(\d+)/).compactMap { Int($0.output.1) }
        return try #require(hits.first, "\(text)")
    }

    @Test func theHeadCannotStayBehindItsEvents() async throws {
        try await TestLog.with { log in
            let moved = AppendStatements.moveHead(
                to: 1,
                recordedAt: Timestamp(unixMicroseconds: 0),
                at: HeadPlace(ctid: "(0,99)")
            )
            let error = await #expect(throws: PostgresError.self) {
                try await log.pool.query(moved.sql, moved.bindings)
            }
            #expect(error?.sqlState == "22012")
        }
    }
}
