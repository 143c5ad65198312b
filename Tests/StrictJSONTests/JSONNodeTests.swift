import StrictJSON
import Testing

@Suite struct JSONNodeTests {
    private func read<R>(_ text: String, _ body: (JSONNode) -> R) throws -> R {
        try JSONNode.read(Array(text.utf8), body)
    }

    @Test func membersAreFoundInAnyOrder() throws {
        let found = try read(#"{"a":1,"b":{"x":[1,2]},"c":3}"#) { node in
            var hint = JSONNode.MemberHint()
            return ["c", "a", "b", "d", "b", "c"].map { (name: StaticString) in
                node.member(name, hint: &hint)?.ordinal
            }
        }
        #expect(found == [2, 0, 1, nil, 1, 2])
    }

    @Test func aNameIsFoundWithAndWithoutEscapes() throws {
        #expect(try read(#"{"\u0061b":7}"#) { $0["ab"]?.integer } == 7)
        #expect(throws: JSONParseError.duplicateKey("ab")) { try read(#"{"ab":1,"\u0061b":2}"#) { _ in } }
    }

    @Test func namesAreTheSameOnlyByCodeUnits() throws {
        // é as one scalar and as two: equal texts for Swift, different names for JSON.
        let count = try read("{\"\u{e9}\":1,\"e\u{301}\":2}") { $0.count }
        #expect(count == 2)
    }

    @Test(arguments: [10, 23, 24, 25, 100])
    func aNameThatComesTwiceIsFoundAmongMany(count: Int) {
        let members = (0..<count).map { "\"n\($0)\":0" } + ["\"n\(count / 2)\":1"]
        #expect(throws: JSONParseError.duplicateKey("n\(count / 2)")) {
            try read("{" + members.joined(separator: ",") + "}") { _ in }
        }
    }

    @Test(arguments: [1, 5, 24, 25, 200])
    func everyMemberIsFoundAndNoOther(count: Int) throws {
        // Names of one length and with the same ends are likely to look alike at first.
        let names = (0..<count).map { "a\($0 / 100)\($0 / 10 % 10)\($0 % 10)z" }
        let object = try JSONValue.parse(Array(("{" + names.map { "\"\($0)\":1" }.joined(separator: ",") + "}").utf8))
        #expect(names.allSatisfy { object.object?[$0] != nil })
        let text = "{" + names.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
        let found = try read(text) { node in
            (["a000z", "a004z", "a023z", "a024z", "a199z", "a200z", "b000z", "", "a000"] as [StaticString]).map {
                node[$0]?.string
            }
        }
        let expected = ["a000z", "a004z", "a023z", "a024z", "a199z", "a200z", "b000z", "", "a000"].map {
            names.contains($0) ? $0 : nil
        }
        #expect(found == expected)
    }

    @Test func aNameWithEscapesHidesNoOther() throws {
        let text = #"{"x":1,"\u0061b":2,"y":3,"\u007a":4}"#
        let found = try read(text) { node in
            (["x", "ab", "y", "z", "q"] as [StaticString]).map { node[$0]?.integer }
        }
        #expect(found == [1, 2, 3, 4, nil])
        #expect(throws: JSONParseError.duplicateKey("y")) { try read(#"{"\u0061b":2,"y":3,"\u0079":4}"#) { _ in } }
        #expect(throws: JSONParseError.duplicateKey("y")) { try read(#"{"\u0079":3,"\u0061":2,"y":4}"#) { _ in } }
    }

    @Test func valuesOtherThanObjectsHaveNoMembers() throws {
        for text in ["[]", "1", "\"a\"", "null", "{}"] { #expect(try read(text) { $0["a"] == nil }) }
    }

    @Test func aPointerLeadsToItsValue() throws {
        let text = #"{"a/b~c":[0,{"x":[[],5]}],"":"last"}"#
        let pointers = try read(text) { root -> [String] in
            let list = root["a/b~c"].map { Array($0.elements) } ?? []
            let five = list.last?["x"].flatMap { Array($0.elements).last }
            return [root.pointer, list.first?.pointer, five?.pointer, root[""]?.pointer].compactMap { $0 }
        }
        #expect(pointers == ["", "/a~1b~0c/0", "/a~1b~0c/1/x/1", "/"])
    }

    @Test(arguments: [
        ("0", 0), ("-0", 0), ("999999999999999999", 999_999_999_999_999_999), ("9223372036854775807", Int64.max),
        ("-9223372036854775808", Int64.min), ("1e2", 100), ("2.0", 2), ("-12", -12),
    ])
    func wholeNumbersAreRead(text: String, value: Int64) throws {
        #expect(try read(text) { $0.integer } == value)
    }

    @Test(arguments: ["9223372036854775808", "1.5", "1e400", "1e-1", "\"1\"", "true"])
    func otherNumbersAreNoIntegers(text: String) throws {
        #expect(try read(text) { $0.integer } == nil)
    }

    @Test func theDensestTextsFitTheTokenMemory() throws {
        let ones = Array(repeating: "1", count: 999).joined(separator: ",")
        #expect(try read("[" + ones + "]") { $0.elements.reduce(0) { $0 + ($1.integer ?? 0) } } == 999)
        let nested = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(try read(nested) { $0.isArray })
        #expect(throws: JSONParseError.tooDeep) { try read(String(repeating: "[", count: 500)) { _ in } }
        #expect(throws: JSONParseError.malformed(offset: 20)) { try read(String(repeating: "[", count: 20)) { _ in } }
        let members = (0..<10).map { "\"\($0)\":{}" }.joined(separator: ",")
        #expect(try read("{" + members + "}") { $0.members.count } == 10)
    }
}
