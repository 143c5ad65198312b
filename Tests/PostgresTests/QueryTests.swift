import Postgres
import Testing

@Suite struct QueryTests {
    @Test func statementIsParsedOncePerConnection() async throws {
        try await withConnection { connection in
            for number in 0..<5 {
                #expect(
                    try await connection.query("select $1 + 1", [Int64(number)])[0].get(0, as: Int.self) == number + 1
                )
            }
            let prepared = try await connection.query(
                "select statement from pg_prepared_statements where statement like '%+ 1'"
            )
            #expect(prepared.count == 1)
        }
    }

    @Test func sameTextWithOtherTypesIsAnotherStatement() async throws {
        try await withConnection { connection in
            let number = try await connection.query("select $1", [Int64(1)])
            let text = try await connection.query("select $1", ["one"])
            #expect(try number[0].get(0, as: Int64.self) == 1)
            #expect(try text[0].get(0, as: String.self) == "one")
        }
    }

    @Test func pipelineGivesOneResultForEachStatement() async throws {
        try await withConnection { connection in
            let results = try await connection.pipeline([
                PostgresQuery("create temp table numbers (n int8)"),
                PostgresQuery("insert into numbers select unnest($1::int8[])", [[Int64(3), 1, 2]]),
                PostgresQuery("select n from numbers order by n"),
                PostgresQuery("select n from numbers order by n"),
            ])
            #expect(results.map(\.affectedRows) == [0, 3, 3, 3])
            #expect(try results[3].map { try $0.get(0, as: Int.self) } == [1, 2, 3])
        }
    }

    @Test func errorNamesItsStatementAndUndoesThePipeline() async throws {
        try await withConnection { connection in
            try await connection.query("create temp table numbers (n int8 constraint positive check (n > 0))")
            let error = try await postgresError {
                try await connection.pipeline([
                    PostgresQuery("insert into numbers values (1)"),
                    PostgresQuery("insert into numbers values ($1)", [Int64(-1)]),
                    PostgresQuery("insert into numbers values (2)"),
                ])
            }
            #expect(error?.kind == .server)
            #expect(error?.sqlState == "23514")
            #expect(error?.constraint == "positive")
            #expect(error?.statementIndex == 1)
            #expect(error?.sql == "insert into numbers values ($1)")
            #expect(error?.outcomeUnknown == false)
            #expect(try await connection.query("select count(*) from numbers")[0].get(0, as: Int.self) == 0)
        }
    }

    @Test func statementSkippedOnFirstUseIsPreparedLater() async throws {
        try await withConnection { connection in
            let error = try await postgresError {
                try await connection.pipeline([PostgresQuery("select 1/0"), PostgresQuery("select 42")])
            }
            #expect(error?.sqlState == "22012")
            #expect(try await connection.query("select 42")[0].get(0, as: Int.self) == 42)
        }
    }

    @Test func syntaxErrorLeavesTheConnectionUsable() async throws {
        try await withConnection { connection in
            let error = try await postgresError { try await connection.query("selec 1") }
            #expect(error?.sqlState == "42601")
            #expect(error?.sql == "selec 1")
            #expect(try await connection.query("select 1").count == 1)
        }
    }

    @Test func errorAtTheImplicitCommitIsReported() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                "create temp table late (n int8 constraint late_key unique deferrable initially deferred)"
            )
            let error = try await postgresError {
                try await connection.query("insert into late values (1), (1)")
            }
            #expect(error?.sqlState == "23505")
            #expect(try await connection.query("select count(*) from late")[0].get(0, as: Int.self) == 0)
        }
    }

    @Test func oneRequestsErrorDoesNotTouchTheOthers() async throws {
        try await withConnection { connection in
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        do {
                            let row = try await connection.query("select 10 / $1, $1", [Int64(number % 2)])[0]
                            return try row.get(1, as: Int.self) == 1 && number % 2 == 1
                        } catch {
                            return (error as? PostgresError)?.sqlState == "22012" && number % 2 == 0
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == 200)
            #expect(outcomes.allSatisfy { $0 })
        }
    }

    @Test func manyCallersShareOneConnection() async throws {
        try await withConnection { connection in
            let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
                for caller in 0..<50 {
                    group.addTask {
                        var wrong = 0
                        for number in 0..<40 {
                            let value = Int64(caller * 1000 + number)
                            let row = try await connection.query("select $1", [value])[0]
                            if try row.get(0, as: Int64.self) != value { wrong += 1 }
                        }
                        return wrong
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(wrong == 0)
        }
    }

    @Test func scriptRunsManyStatementsAndWaitsItsTurn() async throws {
        try await withConnection { connection in
            async let slow = connection.query("select pg_sleep(0.05), 5")
            try await connection.executeScript(
                "create temp table a (n int8); insert into a values (1); insert into a values (2)"
            )
            #expect(try await slow[0].get(1, as: Int.self) == 5)
            #expect(try await connection.query("select n from a").count == 2)
            let error = try await postgresError {
                try await connection.executeScript("insert into a values (3); select 1/0; insert into a values (4)")
            }
            #expect(error?.sqlState == "22012")
            #expect(error?.sql?.hasPrefix("insert into a") == true)
            #expect(try await connection.query("select n from a").count == 2)
        }
    }

    @Test func copyInAScriptIsRefusedWithoutAHang() async throws {
        try await withConnection { connection in
            let error = try await postgresError { try await connection.executeScript("copy (select 1) to stdout") }
            #expect(error?.kind == .connectionLost)
            #expect(!connection.isOpen)
        }
    }

    @Test func statementsPastTheCacheStillRun() async throws {
        try await withConnection { connection in
            for number in 0..<300 {
                #expect(try await connection.query("select \(number)")[0].get(0, as: Int.self) == number)
            }
            let prepared = try await connection.query("select count(*) from pg_prepared_statements")
            #expect(try prepared[0].get(0, as: Int.self) == 256)
        }
    }

    @Test(arguments: ["alter table t alter b type varchar", "deallocate all"])
    func outdatedStatementIsSentAgain(change: String) async throws {
        try await withConnection { connection in
            try await connection.executeScript("create temp table t (a int8, b text); create temp table u as table t")
            let queries = [
                PostgresQuery("insert into u values ($1, repeat('x', 3))", [Int64(7)]),
                PostgresQuery("select * from t"),
                PostgresQuery("select * from u where a = $1", [Int64(7)]),
            ]
            try await connection.pipeline(queries)
            try await connection.executeScript(change)
            let results = try await connection.pipeline(queries)
            #expect(results.count == 3)
            // The first attempt has left nothing.
            #expect(results[2].count == 2)
        }
    }

    @Test func outdatedStatementsOfATransactionFailOnce() async throws {
        try await withConnection { connection in
            try await connection.executeScript("create temp table t (a int8); create temp table u (a int8)")
            for table in ["t", "u"] { try await connection.query("select * from \(table)") }
            try await connection.executeScript("alter table t add b text; alter table u add b text")
            let error = try await postgresError {
                try await connection.withTransaction { try await $0.query("select * from t") }
            }
            #expect(error?.sqlState == "0A000")
            let names = try await connection.withTransaction { transaction in
                try await [transaction.query("select * from t"), transaction.query("select * from u")].map(
                    \.columnNames
                )
            }
            #expect(names == [["a", "b"], ["a", "b"]])
        }
    }

    @Test func outdatedStatementAfterABeginOfItsOwnKeepsItsError() async throws {
        try await withConnection { connection in
            try await connection.executeScript("create temp table t (a int8)")
            try await connection.query("select * from t")
            try await connection.executeScript("alter table t add b text; begin")
            #expect(try await postgresError { try await connection.query("select * from t") }?.sqlState == "0A000")
            try await connection.executeScript("rollback")
        }
    }

    @Test func twentyMegabytesTravelBothWaysInOnePipeline() async throws {
        try await withConnection { connection in
            let size = 20_000_000
            let big = PostgresBytes([UInt8](repeating: 7, count: size))
            let queries = (0..<3).map { _ in PostgresQuery("select $1, repeat('x', 20000000)", [big]) }
            let results = try await connection.pipeline(queries, timeout: .seconds(60))
            for result in results {
                #expect(try result[0].withBytes(0) { $0?.count } == size)
                #expect(try result[0].withBytes(1) { $0?.count } == size)
            }
        }
    }

    @Test func serverSettingsHoldFromTheStart() async throws {
        try await withConnection({
            $0.serverSettings = ["statement_timeout": "1234ms", "search_path": "pg_catalog, a\\b"]
            $0.applicationName = "ledger test"
        }) { connection in
            let row = try await connection.query(
                """
                select current_setting('statement_timeout'), current_setting('search_path'),
                    current_setting('application_name'), pg_backend_pid()
                """
            )[0]
            #expect(try row.get(0, as: String.self) == "1234ms")
            #expect(try row.get(1, as: String.self) == "pg_catalog, a\\b")
            #expect(try row.get(2, as: String.self) == "ledger test")
            #expect(try row.get(3, as: Int32.self) == connection.backendProcessID)
        }
    }
}
