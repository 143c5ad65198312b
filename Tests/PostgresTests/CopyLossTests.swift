import Foundation
import Postgres
import Testing

/// COPYs that cost their connection and no other.
@Suite struct CopyLossTests {
    @Test func readerThatLeavesEarlyCostsTheConnection() async throws {
        try await withConnection { connection async throws in
            let first = try await connection.withCopyOut("copy (select generate_series(1, 1000000)) to stdout") {
                rows in
                var iterator = rows.makeAsyncIterator()
                return try await iterator.next()
            }
            #expect(first?.isEmpty == false)
            #expect(!connection.isOpen)
        }
    }

    @Test func terminatedBackendEndsReadingAndWriting() async throws {
        try await withConnection { killer async throws in
            for isReading in [true, false] {
                try await withConnection { connection async throws in
                    let error = try await postgresError {
                        if isReading {
                            let sql = "copy (select repeat('x', 1000) from generate_series(1, 1000000)) to stdout"
                            try await connection.withCopyOut(sql) { rows in
                                var iterator = rows.makeAsyncIterator()
                                _ = try await iterator.next()
                                try await killer.query("select pg_terminate_backend($1)", [connection.backendProcessID])
                                while try await iterator.next() != nil {}
                            }
                        } else {
                            try await connection.query("create temp table u (t text)")
                            try await connection.withCopyIn("copy u from stdin") { copy in
                                try await copy.write(Array("a\n".utf8))
                                try await killer.query("select pg_terminate_backend($1)", [connection.backendProcessID])
                                while true { try await copy.write([UInt8](repeating: 10, count: 1 << 16)) }
                            }
                        }
                    }
                    #expect(error?.isConnectionLoss == true)
                    #expect(!connection.isOpen)
                }
            }
        }
    }

    @Test func cancelledTaskLeavesItsCopy() async throws {
        try await withConnection { connection async throws in
            let (begun, continuation) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                // The server sends nothing before it has a buffer full of rows.
                let sql =
                    "copy (select case when n = 1000 then pg_sleep(20)::text else repeat('x', 1000) end "
                    + "from generate_series(1, 1000) n) to stdout"
                try await connection.withCopyOut(sql) { rows in
                    for try await _ in rows { continuation.yield() }
                }
            }
            for await _ in begun { break }
            task.cancel()
            let error = try await postgresError { try await task.value }
            #expect(error?.kind == .cancelled)
            #expect(!connection.isOpen)
        }
    }

    @Test func copyWithoutProgressIsGivenUp() async throws {
        try await withConnection { connection async throws in
            let error = try await postgresError {
                try await connection.withCopyOut("copy (select pg_sleep(20)) to stdout", timeout: .milliseconds(50)) {
                    for try await _ in $0 {}
                }
            }
            #expect(error?.kind == .timeout)
            #expect(!connection.isOpen)
        }
    }

    @Test func poolDropsAConnectionWhoseCopyWasLeft() async throws {
        let pool = PostgresPool(configuration: try TestServer.shared().configuration, maximum: 1, logger: quiet)
        let housekeeping = Task { try await pool.run() }
        defer { housekeeping.cancel() }
        try await pool.withConnection { connection async throws in
            try await connection.withCopyOut("copy (select generate_series(1, 1000000)) to stdout") { _ in }
        }
        #expect(try await pool.query("select 1").count == 1)
    }
}
