import Foundation
import Postgres
import TestSupport
import Testing

@Suite struct ConnectTests {
    private func connectError(_ configuration: PostgresConfiguration) async throws -> PostgresError? {
        try await postgresError { _ = try await PostgresConnection.connect(configuration, logger: quiet) }
    }

    @Test func refusedConnectionIsAnErrorOfItsOwn() async throws {
        var configuration = try TestServer.shared().configuration
        configuration.port = 5433
        #expect(try await connectError(configuration)?.kind == .connect)
        configuration.host = "127.0.0.1"
        configuration.port = 1
        let error = try await connectError(configuration)
        #expect(error?.kind == .connect)
        #expect(error?.message.contains("refused") == true)
    }

    @Test func wrongDatabaseIsNamed() async throws {
        var configuration = try TestServer.shared().configuration
        configuration.database = "nowhere"
        let error = try await connectError(configuration)
        #expect(error?.kind == .connect)
        #expect(error?.message.contains("nowhere") == true)
    }

    @Test func serverThatNeverAnswersIsGivenUpInTime() async throws {
        try await withSilentServer { port in
            var configuration = PostgresConfiguration(host: "127.0.0.1", port: port, database: "x", user: "x")
            configuration.connectTimeout = .milliseconds(100)
            let clock = ContinuousClock()
            let start = clock.now
            let error = try await connectError(configuration)
            #expect(error?.kind == .connect)
            // Far less than the system itself would wait, and far more than a busy machine adds.
            #expect(clock.now - start < .seconds(60))
        }
    }

    @Test func connectingEndsWithItsTask() async throws {
        try await withSilentServer { port in
            let configuration = PostgresConfiguration(host: "127.0.0.1", port: port, database: "x", user: "x")
            let task = Task { _ = try await PostgresConnection.connect(configuration, logger: quiet) }
            task.cancel()
            let error = try await postgresError { try await task.value }
            #expect(error?.kind == .cancelled)
        }
    }

    @Test func connectionsMayHaveAnExecutorOfTheirOwn() async throws {
        let configuration = try TestServer.shared().configuration
        for _ in 0..<5 {
            let executor = PostgresExecutor(name: "own")
            let connection = try await PostgresConnection.connect(configuration, on: executor, logger: quiet)
            #expect(try await connection.query("select 1").count == 1)
            await connection.close()
        }
    }

    @Test func connectionStringsAreReadAsLibpqReadsThem() throws {
        let url = try PostgresConfiguration(
            connectionString:
                "postgres://ann:s%20cret@db.example:6543/orders?application_name=x&sslmode=require&connect_timeout=3"
        )
        #expect(url.host == "db.example")
        #expect(url.port == 6543)
        #expect(url.database == "orders")
        #expect(url.user == "ann")
        #expect(url.password == "s cret")
        #expect(url.applicationName == "x")
        #expect(url.connectTimeout == .seconds(3))
        #expect(url.libpqParameters == ["sslmode": "require"])
        let words = try PostgresConfiguration(connectionString: "host=/run/pg dbname='a b' user=ann")
        #expect(words.host == "/run/pg")
        #expect(words.database == "a b")
        #expect(words.password == nil)
        #expect(throws: PostgresError.self) { try PostgresConfiguration(connectionString: "nonsense") }
    }

    @Test(arguments: [
        ("mysql://ann:secret@db/orders", "must begin with postgres://, not mysql://"),
        ("postgress://ann:secret@db/orders", "must begin with postgres://, not postgress://"),
        ("ann secret://db", "must begin with postgres://: write"), ("secret", "cannot be read: write postgres://"),
        ("host=db secret", "cannot be read"), ("postgres://ann:secret@db:x/orders", "ports from 1 to 65535"),
        ("postgres://ann:secret%zz@db/orders", "%40 for @"), ("postgres://ann:secret@[db/orders", "cannot be read"),
        ("postgres://ann:secret@db/orders?color=1", "has the unknown parameter color:"),
        ("password=secret hosts=db", "unknown parameter hosts; is it host?"),
    ])
    func connectionStringErrorsHideThePassword(_ text: String, _ expected: String) throws {
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(connectionString: text) }
        #expect(error?.kind == .usage)
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("secret") == false)
    }

    @Test func configurationIsDescribedWithoutItsPassword() throws {
        let configuration = try PostgresConfiguration(connectionString: "postgres://ann:secret@db:6543/orders")
        #expect("\(configuration)" == "db:6543/orders")
        #expect(String(reflecting: configuration) == "db:6543/orders")
        #expect("\(PostgresConfiguration(host: "/run", database: "", user: ""))" == "/run (port 5432)")
    }

    @Test func connectionStringReachesTheServer() async throws {
        let directory = try TestServer.shared().directory
        let configuration = try PostgresConfiguration(
            connectionString: "host=\(directory) user=postgres dbname=postgres"
        )
        let connection = try await PostgresConnection.connect(configuration, logger: quiet)
        #expect(try await connection.query("select current_user::text")[0].get(0, as: String.self) == "postgres")
        await connection.close()
    }
}
