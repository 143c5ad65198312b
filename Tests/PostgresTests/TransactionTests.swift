import Postgres
import Testing

@Suite struct TransactionTests {
    private struct Refused: Error {}

    private func withTable<R>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
        try await withConnection { connection in
            try await connection.query("create temp table t (n int8 primary key)")
            return try await body(connection)
        }
    }

    private func count(_ connection: PostgresConnection) async throws -> Int {
        try await connection.query("select count(*) from t")[0].get(0, as: Int.self)
    }

    @Test func transactionCommitsWhenItsBodyReturns() async throws {
        try await withTable { connection async throws in
            let answer = try await connection.withTransaction { transaction in
                try await transaction.query("insert into t values (1)")
                try await transaction.query("insert into t values (2)")
                return 42
            }
            #expect(answer == 42)
            #expect(try await count(connection) == 2)
        }
    }

    @Test func transactionRollsBackWhenItsBodyThrows() async throws {
        try await withTable { connection async throws in
            await #expect(throws: Refused.self) {
                try await connection.withTransaction { transaction in
                    try await transaction.query("insert into t values (1)")
                    throw Refused()
                }
            }
            #expect(try await count(connection) == 0)
            #expect(connection.isOpen)
        }
    }

    @Test func serverErrorInsideRollsBackAndLeavesTheConnectionUsable() async throws {
        try await withTable { connection async throws in
            let error = try await postgresError {
                try await connection.withTransaction { transaction in
                    try await transaction.query("insert into t values (1)")
                    try await transaction.query("insert into t values (1)")
                }
            }
            #expect(error?.sqlState == "23505")
            #expect(error?.statementIndex == 0)
            #expect(try await count(connection) == 0)
        }
    }

    @Test func swallowedErrorIsNotACommit() async throws {
        try await withTable { connection async throws in
            let error = try await postgresError {
                try await connection.withTransaction { transaction in
                    try await transaction.query("insert into t values (1)")
                    _ = try await postgresError { try await transaction.query("select 1/0") }
                }
            }
            #expect(error?.sqlState == "25P02")
            #expect(try await count(connection) == 0)
            #expect(connection.isOpen)
        }
    }

    @Test func errorInTheFirstRequestIsNotBlamedOnBegin() async throws {
        try await withTable { connection async throws in
            let error = try await postgresError {
                try await connection.withTransaction { try await $0.query("select 1/0") }
            }
            #expect(error?.sqlState == "22012")
            #expect(error?.statementIndex == 0)
            #expect(error?.sql == "select 1/0")
            let wrongBegin = try await postgresError {
                try await connection.withTransaction("begin sideways") {
                    try await $0.query("insert into t values (1)")
                }
            }
            #expect(wrongBegin?.sqlState == "42601")
            #expect(try await count(connection) == 0)
        }
    }

    @Test func nothingRunsOutsideATransactionThatFailedToBegin() async throws {
        try await withTable { connection async throws in
            for useScript in [false, true] {
                let error = try await postgresError {
                    try await connection.withTransaction("begin sideways") { transaction in
                        _ = try await postgresError {
                            if useScript {
                                try await transaction.executeScript("select 1")
                            } else {
                                try await transaction.query("select 1")
                            }
                        }
                        _ = try await postgresError { try await transaction.query("insert into t values (1)") }
                    }
                }
                #expect(error?.sqlState == "42601")
                #expect(error?.sql == "begin sideways")
            }
            #expect(try await count(connection) == 0)
        }
    }

    @Test func errorInTheFirstRequestAbortsTheTransactionThoughSwallowed() async throws {
        try await withTable { connection async throws in
            for useScript in [false, true] {
                let error = try await postgresError {
                    try await connection.withTransaction { transaction in
                        _ = try await postgresError {
                            if useScript {
                                try await transaction.executeScript("selec 1")
                            } else {
                                try await transaction.query("selec 1")
                            }
                        }
                        try await transaction.query("insert into t values (1)")
                    }
                }
                #expect(error?.sqlState == "25P02")
            }
            #expect(try await count(connection) == 0)
        }
    }

    @Test func otherCallersWaitUntilTheTransactionEnds() async throws {
        try await withTable { connection async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await connection.withTransaction { transaction in
                            let before = try await count(transaction)
                            try await transaction.query("insert into t values ($1)", [before])
                            #expect(try await count(transaction) == before + 1)
                        }
                    }
                    group.addTask { try await connection.query("insert into t values ((select -1 - count(*) from t))") }
                }
                try await group.waitForAll()
            }
            #expect(try await count(connection) == 40)
        }
    }

    @Test func outerHandleInsideABodyIsRefusedInsteadOfWaitingForEver() async throws {
        try await withTable { connection async throws in
            let error = try await postgresError {
                try await connection.withTransaction { _ in try await connection.query("select 1") }
            }
            #expect(error?.kind == .usage)
            #expect(connection.isOpen)
        }
    }

    @Test func taskThatOutlivesItsTransactionMayUseTheOuterHandle() async throws {
        try await withTable { connection async throws in
            let (ended, end) = AsyncStream.makeStream(of: Void.self)
            let task = try await connection.withTransaction { transaction in
                try await transaction.query("insert into t values (1)")
                return Task {
                    for await _ in ended { break }
                    return try await count(connection)
                }
            }
            end.yield()
            #expect(try await task.value == 1)
        }
    }

    @Test func handleDoesNotOutliveItsTransaction() async throws {
        try await withTable { connection async throws in
            let kept = try await connection.withTransaction { $0 }
            #expect(try await postgresError { try await kept.query("select 1") }?.kind == .usage)
        }
    }

    @Test func transactionMayBeginWithAnIsolationLevel() async throws {
        try await withTable { connection async throws in
            let error = try await postgresError {
                try await connection.withTransaction("begin isolation level repeatable read read only") {
                    try await $0.query("create table x (n int8)")
                }
            }
            #expect(error?.sqlState == "25006")
        }
    }

    @Test func scriptInsideATransactionBelongsToIt() async throws {
        try await withTable { connection async throws in
            await #expect(throws: Refused.self) {
                try await connection.withTransaction { transaction in
                    try await transaction.executeScript("insert into t values (1); insert into t values (2)")
                    #expect(try await count(transaction) == 2)
                    throw Refused()
                }
            }
            #expect(try await count(connection) == 0)
        }
    }

    @Test func cancelledTaskRollsBack() async throws {
        try await withTable { connection async throws in
            let (inside, entered) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                try await connection.withTransaction { transaction in
                    try await transaction.query("insert into t values (1)")
                    entered.yield()
                    try await Task.sleep(for: .seconds(600))
                }
            }
            for await _ in inside { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(connection.isOpen)
            #expect(try await count(connection) == 0)
        }
    }
}
