import Foundation
import Postgres
import Testing

/// COPY against a real server.
@Suite struct CopyTests {
    private struct Refused: Error {}

    private func rows(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func withTable<R>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
        try await withConnection { connection async throws in
            try await connection.query("create temp table t (n int8 primary key, t text)")
            return try await body(connection)
        }
    }

    private func count(_ connection: PostgresConnection) async throws -> Int {
        try await connection.query("select count(*) from t")[0].get(0, as: Int.self)
    }

    @Test func rowsComeInOrderAndTheConnectionGoesOn() async throws {
        try await withConnection { connection async throws in
            for _ in 0..<3 {
                var text: [UInt8] = []
                try await connection.withCopyOut("copy (select generate_series(1, 100000)) to stdout") { rows in
                    for try await chunk in rows { text += chunk }
                }
                #expect(text == (1...100_000).map { "\($0)\n" }.joined().utf8.map { $0 })
                #expect(try await connection.query("select 1")[0].get(0, as: Int.self) == 1)
            }
        }
    }

    @Test(arguments: [0, 1, 3, 100])
    func rowsThatComeInOnePieceWithTheAnswerAreReadToo(count: Int) async throws {
        try await withConnection { connection async throws in
            for _ in 0..<20 {
                var text = ""
                let sql = "copy (select generate_series(1, \(count))) to stdout"
                try await connection.withCopyOut(sql, timeout: .seconds(20)) { rows in
                    for try await chunk in rows { text += String(decoding: chunk, as: UTF8.self) }
                }
                #expect(text.split(separator: "\n").count == count)
            }
        }
    }

    @Test func slowReaderMakesTheServerWait() async throws {
        try await withConnection { connection async throws in
            try await withConnection { watcher async throws in
                let sql = "copy (select repeat('x', 1000) from generate_series(1, 100000)) to stdout"
                try await connection.withCopyOut(sql) { rows in
                    var iterator = rows.makeAsyncIterator()
                    var bytes = try await iterator.next()?.count ?? 0
                    // The server waits to write once the sockets are full.
                    try await eventually {
                        try await watcher.query(
                            "select 1 from pg_stat_activity where pid = $1 and wait_event = 'ClientWrite'",
                            [connection.backendProcessID]
                        ).count == 1
                    }
                    while let chunk = try await iterator.next() {
                        #expect(chunk.count < 1 << 21)
                        bytes += chunk.count
                    }
                    #expect(bytes == 100_000 * 1001)
                }
            }
        }
    }

    @Test func binaryRowsAreReadWithoutCopying() async throws {
        try await withConnection { connection async throws in
            var scanner = PostgresCopyRows(columns: 3)
            var sum: Int64 = 0
            var nulls = 0
            let sql =
                "copy (select n, case when n % 2 = 0 then 'é' || n end, gen_random_uuid() "
                + "from generate_series(1, 5000::int8) n) to stdout (format binary)"
            try await connection.withCopyOut(sql) { rows in
                for try await chunk in rows {
                    try chunk.withUnsafeBytes { bytes in
                        try scanner.scan(bytes) { place throws in
                            var row = PostgresCopyRow(bytes, at: place)
                            let number = try row.next(as: Int64.self)
                            sum += number
                            if let text = row.next() {
                                #expect(String(decoding: text, as: UTF8.self) == "é\(number)")
                            } else {
                                nulls += 1
                            }
                            _ = try row.next(as: UUID.self)
                        }
                    }
                }
            }
            #expect(scanner.isComplete)
            #expect(sum == 5000 * 5001 / 2)
            #expect(nulls == 2500)
        }
    }

    @Test func damagedBinaryDataIsRefused() throws {
        for bytes in [[UInt8](repeating: 0, count: 30), PostgresCopyWriter.header + [0, 1, 0, 0, 0, 9]] {
            var scanner = PostgresCopyRows(columns: 1)
            #expect(throws: PostgresError.self) { try bytes.withUnsafeBytes { try scanner.scan($0) { _ in } } }
        }
    }

    @Test func writtenRowsAreInTheTable() async throws {
        try await withTable { connection async throws in
            let taken = try await connection.withCopyIn("copy t from stdin (format binary)") { copy in
                var writer = PostgresCopyWriter()
                writer.bytes = PostgresCopyWriter.header
                for number in 0..<Int64(50_000) {
                    writer.row(columns: 2)
                    writer.value(number)
                    writer.value(number % 3 == 0 ? nil : "row \(number)")
                    if writer.bytes.count > 1 << 16 {
                        try await copy.write(writer.bytes)
                        writer.bytes.removeAll(keepingCapacity: true)
                    }
                }
                try await copy.write(writer.bytes + PostgresCopyWriter.trailer)
            }
            #expect(taken == 50_000)
            #expect(try await count(connection) == 50_000)
            let row = try await connection.query("select count(*), max(t) from t where n = 31 and t = 'row 31'")[0]
            #expect(try row.get(0, as: Int.self) == 1)
        }
    }

    @Test func dataLargerThanAnyBufferIsWrittenWhole() async throws {
        try await withTable { connection async throws in
            let line = rows("1\t" + String(repeating: "y", count: 20 << 20) + "\n")
            try await connection.withCopyIn("copy t from stdin") { try await $0.write(line) }
            #expect(try await connection.query("select length(t) from t")[0].get(0, as: Int.self) == 20 << 20)
        }
    }

    @Test func writerThatThrowsLeavesNothingBehind() async throws {
        try await withTable { connection async throws in
            await #expect(throws: Refused.self) {
                try await connection.withCopyIn("copy t from stdin") { copy in
                    try await copy.write(rows("1\ta\n"))
                    throw Refused()
                }
            }
            #expect(try await count(connection) == 0)
        }
    }

    @Test func refusedRowIsReportedAndCostsNoConnection() async throws {
        try await withTable { connection async throws in
            let error = try await postgresError {
                try await connection.withCopyIn("copy t from stdin") { copy in
                    for _ in 0..<100 { try await copy.write(rows("1\ta\n")) }
                }
            }
            #expect(error?.sqlState == "23505")
            #expect(error?.sql == "copy t from stdin")
            #expect(try await count(connection) == 0)
        }
    }

    @Test func errorHalfWayThroughReadingCostsNoConnection() async throws {
        try await withConnection { connection async throws in
            var bytes = 0
            let error = try await postgresError {
                let sql = "copy (select 1 / (90000 - n) from generate_series(1, 100000) n) to stdout"
                try await connection.withCopyOut(sql) { rows in
                    for try await chunk in rows { bytes += chunk.count }
                }
            }
            #expect(error?.sqlState == "22012")
            #expect(bytes > 0)
            #expect(try await connection.query("select 1").count == 1)
        }
    }

    @Test func statementThatIsNoCopyIsRefusedAndCostsNoConnection() async throws {
        try await withConnection { connection async throws in
            for sql in ["select 1", "copy nowhere to stdout", "copy pg_class from stdin"] {
                let error = try await postgresError { try await connection.withCopyOut(sql) { _ in } }
                #expect(error != nil)
                if !sql.hasSuffix("stdin") { #expect(connection.isOpen, "\(sql)") }
            }
        }
    }

    @Test func copyTakesPartInItsTransaction() async throws {
        try await withTable { connection async throws in
            await #expect(throws: Refused.self) {
                try await connection.withTransaction { transaction in
                    try await transaction.withCopyIn("copy t from stdin") { try await $0.write(rows("1\ta\n")) }
                    throw Refused()
                }
            }
            #expect(try await count(connection) == 0)
            try await connection.withTransaction { transaction in
                try await transaction.withCopyIn("copy t from stdin") { try await $0.write(rows("1\ta\n")) }
                try await transaction.query("insert into t values (2)")
            }
            #expect(try await count(connection) == 2)
        }
    }

    @Test func otherRequestsWaitForTheEndOfACopy() async throws {
        try await withTable { connection async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<40 {
                    group.addTask {
                        if number % 2 == 0 {
                            try await connection.withCopyIn("copy t from stdin") { copy in
                                try await copy.write(Array("\(number)\tx\n".utf8))
                            }
                        } else {
                            try await connection.query("insert into t values ($1)", [Int64(number)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await count(connection) == 40)
        }
    }
}
