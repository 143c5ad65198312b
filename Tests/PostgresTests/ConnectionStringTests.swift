import Postgres
import Testing

@Suite struct ConnectionStringTests {
    private func hosts(_ text: String) throws -> [PostgresHost] {
        try PostgresConfiguration(connectionString: text).hosts
    }

    @Test func severalHostsHaveTheirOwnPorts() throws {
        let expected = [PostgresHost(name: "a", port: 5433), PostgresHost(name: "b", port: 5434)]
        #expect(try hosts("postgres://ann@a:5433,b:5434/orders") == expected)
        #expect(try hosts("host=a,b port=5433,5434") == expected)
    }

    @Test func onePortServesAllHosts() throws {
        #expect(try hosts("host=a,b port=6000").map(\.port) == [6000, 6000])
        #expect(try hosts("postgres://a,b:6001/x").map(\.port) == [5432, 6001])
    }

    @Test func addressesSpareTheLookup() throws {
        let expected = [
            PostgresHost(name: "a", address: "10.0.0.1"), PostgresHost(name: "b", address: "fe80::1"),
        ]
        #expect(try hosts("host=a,b hostaddr=10.0.0.1,fe80::1") == expected)
        #expect(try hosts("hostaddr=10.0.0.1") == [PostgresHost(name: "", address: "10.0.0.1")])
    }

    @Test func absentHostIsLocalhost() throws {
        #expect(try hosts("postgres:///orders") == [PostgresHost(name: "localhost")])
    }

    @Test func listsOfDifferentLengthsAreRefused() {
        let error = #expect(throws: PostgresError.self) { try hosts("host=a,b port=1,2,3 password=secret") }
        #expect(error?.message.contains("could not match 3 port numbers to 2 hosts") == true)
        #expect(error?.message.contains("secret") == false)
    }

    @Test func unknownServiceIsRefused() {
        let error = #expect(throws: PostgresError.self) { try hosts("service=nowhere password=secret") }
        #expect(error?.kind == .usage)
        #expect(error?.message.contains("definition of service \"nowhere\" not found") == true)
    }

    @Test(arguments: [
        ("postgres://ann:secret@a/x?target_session_attr=any", "unknown parameter target_session_attr; is it target_"),
        ("postgres://a/x?SSLMODE=require", "unknown parameter SSLMODE; is it sslmode?"),
        ("host=a pasword=secret", "unknown parameter pasword; is it password?"),
        ("postgres://a/x?ssl_ca_path=secret", "unknown parameter ssl_ca_path: libpq's"),
        // A password that was not escaped may be a part of the name.
        ("host=a password=my secret=x", "has an unknown parameter:"),
        ("postgres://ann:b/?secret=x@a/x", "has an unknown parameter:"),
    ])
    func unknownParameterIsNamedWithTheNearestKnownOne(text: String, expected: String) {
        let error = #expect(throws: PostgresError.self) { try hosts(text) }
        #expect(error?.kind == .usage)
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("secret") == false)
    }

    @Test func sessionKindIsRead() throws {
        let text = "postgres://a,b/x?target_session_attrs="
        #expect(try PostgresConfiguration(connectionString: text + "read-write").sessionKind == .readWrite)
        #expect(try PostgresConfiguration(connectionString: "host=a").sessionKind == .any)
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(connectionString: text + "master") }
        #expect(error?.message.contains("read-write") == true)
    }

    @Test func severalHostsShareTheTimeForConnecting() throws {
        func timeout(_ text: String) throws -> Duration {
            try PostgresConfiguration(connectionString: text).connectTimeout
        }
        #expect(try timeout("host=a") == .seconds(10))
        #expect(try timeout("host=a,b") == .seconds(5))
        #expect(try timeout("host=a,b,c,d,e") == .seconds(3))
        #expect(try timeout("host=a,b connect_timeout=7") == .seconds(7))
        #expect(try timeout("host=a connect_timeout=0") == .seconds(10))
        #expect(throws: PostgresError.self) { try timeout("host=a connect_timeout=soon") }
    }

    @Test func allHostsAreDescribed() throws {
        let configuration = try PostgresConfiguration(connectionString: "postgres://ann:secret@a:1,[::1]:2/orders")
        #expect("\(configuration)" == "a:1,[::1]:2/orders")
    }
}
