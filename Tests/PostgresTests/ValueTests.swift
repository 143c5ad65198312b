import Foundation
import Postgres
import Testing

@Suite struct ValueTests {
    private func roundTrip<Value: PostgresEncodable & PostgresDecodable & Equatable>(
        _ value: Value,
        as type: String
    ) async throws {
        try await withConnection { connection in
            let result = try await connection.query("select $1::\(type)", [value])
            #expect(try result[0].get(0, as: Value.self) == value)
        }
    }

    @Test func integersKeepTheirLimits() async throws {
        try await withConnection { connection in
            let row = try await connection.query(
                "select $1, $2, $3, $4, $5, $6",
                [Int16.min, Int16.max, Int32.min, Int32.max, Int64.min, Int64.max]
            )[0]
            #expect(try row.get(0, as: Int16.self) == .min)
            #expect(try row.get(1, as: Int16.self) == .max)
            #expect(try row.get(2, as: Int32.self) == .min)
            #expect(try row.get(3, as: Int32.self) == .max)
            #expect(try row.get(4, as: Int64.self) == .min)
            #expect(try row.get(5, as: Int.self) == .max)
            #expect(throws: PostgresError.self) { try row.get(5, as: Int32.self) }
        }
    }

    @Test(arguments: ["", "plain", "żółw 🐢 \u{1F469}\u{200D}\u{1F680} \\ ' \" \n"])
    func textKeepsEveryCharacter(text: String) async throws {
        try await roundTrip(text, as: "text")
        try await roundTrip([text, nil, text], as: "text[]")
    }

    @Test func otherScalarsSurviveARoundTrip() async throws {
        try await roundTrip(true, as: "bool")
        try await roundTrip(false, as: "bool")
        try await roundTrip(-0.1, as: "float8")
        try await roundTrip(Double.infinity, as: "float8")
        try await roundTrip(UUID(), as: "uuid")
        try await roundTrip(PostgresBytes([0, 1, 255, 0]), as: "bytea")
        try await roundTrip(PostgresBytes([]), as: "bytea")
        try await roundTrip(PostgresJSON(Array(#"{"b": 1,  "a":"ü"}"#.utf8)), as: "json")
    }

    @Test(arguments: [
        0, 1, -1, 1_700_000_000_123_456, 946_684_800_000_000, -62_135_596_800_000_000, Int64.max, Int64.min,
    ])
    func timestampsKeepMicroseconds(microseconds: Int64) async throws {
        try await roundTrip(PostgresTimestamp(unixMicroseconds: microseconds), as: "timestamptz")
    }

    @Test func timestampMeansWhatTheServerMeans() async throws {
        try await withConnection { connection in
            let row = try await connection.query(
                """
                select timestamptz '2026-11-22 09:30:00.123456+00',
                    $1::timestamptz at time zone 'UTC' = '1970-01-01 00:00:01'
                """,
                [PostgresTimestamp(unixMicroseconds: 1_000_000)]
            )[0]
            #expect(try row.get(0, as: PostgresTimestamp.self).unixMicroseconds == 1_795_339_800_123_456)
            #expect(try row.get(1, as: Bool.self))
        }
    }

    @Test func nullIsAnOptionalsNilAndNothingElse() async throws {
        try await withConnection { connection in
            let row = try await connection.query("select $1, $2", [Int64?.none, String?.some("x")])[0]
            #expect(try row.get(0, as: Int64?.self) == nil)
            #expect(try row.get(1, as: String?.self) == "x")
            #expect(throws: PostgresError.self) { try row.get(0, as: Int64.self) }
        }
    }

    @Test func arraysMayBeEmptyAndHoldNulls() async throws {
        try await roundTrip([Int64](), as: "int8[]")
        try await roundTrip([Int64.min, 0, .max], as: "int8[]")
        try await roundTrip([Int64?](arrayLiteral: nil, 5, nil), as: "int8[]")
        try await roundTrip([UUID?.some(UUID()), nil], as: "uuid[]")
        try await roundTrip([true, false], as: "bool[]")
        try await roundTrip([PostgresJSON?.none, PostgresJSON(Array("{}".utf8))], as: "json[]")
        try await roundTrip([PostgresTimestamp(unixMicroseconds: 7)], as: "timestamptz[]")
        try await roundTrip([PostgresBytes([1]), PostgresBytes([])], as: "bytea[]")
    }

    @Test func arraysUnnestIntoRows() async throws {
        try await withConnection { connection in
            let rows = try await connection.query(
                "select * from unnest($1::int8[], $2::text[], $3::uuid[])",
                [[Int64(1), 2, 3], ["a", nil, "c"] as [String?], [UUID(), UUID(), UUID()]]
            )
            #expect(rows.count == 3)
            #expect(rows.affectedRows == 3)
            #expect(try rows.map { try $0.get(0, as: Int64.self) } == [1, 2, 3])
            #expect(try rows.map { try $0.get(1, as: String?.self) } == ["a", nil, "c"])
        }
    }

    @Test func columnsAreFoundByNameAndLentAsBytes() async throws {
        try await withConnection { connection in
            let result = try await connection.query(
                "select 7::int4 as seven, '{\"a\":1}'::json as document, null::text as nothing"
            )
            #expect(result.columnNames == ["seven", "document", "nothing"])
            #expect(try result[0].get("seven", as: Int.self) == 7)
            #expect(try result[0].withBytes(1) { $0.map(Array.init) } == Array(#"{"a":1}"#.utf8))
            #expect(try result[0].withBytes(2) { $0 == nil })
            #expect(throws: PostgresError.self) { try result[0].get("eight", as: Int.self) }
            #expect(throws: PostgresError.self) { try result[0].get(3, as: Int.self) }
            #expect(throws: PostgresError.self) { try result[0].get(0, as: String.self) }
        }
    }
}
