import Testing

@testable import Postgres

@Suite struct EncodingTests {
    @Test func identifiersAreQuoted() {
        #expect("a\"b".quotedIdentifier == "\"a\"\"b\"")
    }

    @Test func encodedArrayHasTheServersLayout() {
        var bytes: [UInt8] = []
        ([1, nil] as [Int16?]).encode(into: &bytes)
        #expect(
            bytes == [
                0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 1, 255, 255, 255, 255,
            ]
        )
    }
}
