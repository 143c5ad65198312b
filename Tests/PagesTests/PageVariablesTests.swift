import Testing

@testable import Pages

@Suite struct PageVariablesTests {
    private struct Item: Sendable {
        let name: String
        let remark: String?
        let tone: Tone
    }

    private struct Page: Sendable {
        let items: [Item]
        let only: Item?
        let absent: Item?
        let words: [String: String]
        let isOpen: Bool
    }

    @Test func aStructureBecomesADictionaryWithoutWhatIsAbsent() throws {
        let item = Item(name: "Lamp", remark: nil, tone: .good)
        let page = Page(items: [item, item], only: item, absent: nil, words: ["title": "Order"], isOpen: false)
        let variables = try #require(PageVariables.make(of: page) as? [String: Any])
        #expect(variables.keys.sorted() == ["isOpen", "items", "only", "words"])
        #expect(variables["isOpen"] as? Bool == false)
        #expect(variables["words"] as? [String: String] == ["title": "Order"])
        let items = try #require(variables["items"] as? [Any])
        #expect(items.count == 2)
        let first = try #require(items.first as? [String: Any])
        #expect(first.keys.sorted() == ["name", "tone"])
        #expect(first["tone"] as? Tone == .good)
        #expect((variables["only"] as? [String: Any])?["name"] as? String == "Lamp")
    }

    @Test func nothingIsNothing() {
        #expect(PageVariables.make(of: Int?.none as Any) == nil)
    }
}
