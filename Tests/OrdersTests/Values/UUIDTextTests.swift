import Foundation
import Testing

@testable import Orders

@Suite struct UUIDTextTests {
    @Test func theTextOfAUUIDIsFoundationsInLowerCase() {
        for _ in 0..<200 {
            let uuid = UUID()
            #expect(uuid.text == uuid.uuidString.lowercased())
            #expect(UUID(text: uuid.uuidString) == uuid)
            #expect(UUID(text: uuid.text) == uuid)
        }
    }

    @Test(arguments: [
        "", "0198c0de-0000-7000-8000-00000000000", "0198c0de-0000-7000-8000-0000000000012",
        "{198c0de-0000-7000-8000-000000000001}", "0198c0de00007000800000000000000000-0-0",
        "0198c0de-0000-7000-8000_000000000001", "0198c0dg-0000-7000-8000-000000000001",
        "0198c0de-0000-7000-8000-00000000000é", "+198c0de-0000-7000-8000-000000000001",
    ])
    func otherTextsAreRefusedAsUUIDs(text: String) {
        #expect(UUID(text: text) == nil)
    }
}
