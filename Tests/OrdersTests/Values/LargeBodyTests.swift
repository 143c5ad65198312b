import FoundationEssentials
import StrictJSON
import Testing

@testable import Orders

@Suite struct LargeBodyTests {
    @Test func ofThousandsOfUnknownFieldsAHundredAreReported() throws {
        let members = (0..<28_000).map { "\"f\($0)\":1" }.joined(separator: ",")
        let found = try pointers(.confirmOrder, "{\(members)}")
        #expect(found.count == InvalidCommand.limit)
    }
}
