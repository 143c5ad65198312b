/// The members of a JSON object in the order in which they were written, each name once.
public struct JSONObject: Sendable, Equatable {
    public struct Member: Sendable, Equatable {
        public let name: String
        public let value: JSONValue
    }

    public private(set) var members: [Member]
    /// The positions of a large object's names; empty for a small one, where a search is faster than a hash.
    private var index: [[UInt8]: Int]

    private static let indexedFrom = 16

    public init() {
        members = []
        index = [:]
    }

    public var count: Int { members.count }

    public var isEmpty: Bool { members.isEmpty }

    public subscript(name: String) -> JSONValue? {
        position(of: name).map { members[$0].value }
    }

    /// Adds a member. Names are equal when their code units are.
    ///
    /// - Returns: false, without adding, when the object has the name already.
    @discardableResult
    public mutating func append(_ name: String, _ value: JSONValue) -> Bool {
        guard position(of: name) == nil else { return false }
        members.append(Member(name: name, value: value))
        if members.count == Self.indexedFrom {
            for (offset, member) in members.enumerated() { index[Array(member.name.utf8)] = offset }
        } else if members.count > Self.indexedFrom {
            index[Array(name.utf8)] = members.count - 1
        }
        return true
    }

    private func position(of name: String) -> Int? {
        if members.count >= Self.indexedFrom { return index[Array(name.utf8)] }
        return members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
    }

    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members == right.members
    }
}
