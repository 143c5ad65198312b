extension JSONNode {
    /// A member of an object.
    public struct Member {
        /// The number of the member in its object, counted from 0.
        public let ordinal: Int
        public let name: JSONNode

        public var value: JSONNode { name.node(name.index + 1) }
    }

    /// The member of that name; nil where there is none. The search begins at `hint` and wraps around, so that a caller
    /// that asks for members in the order in which they are written finds each at once.
    ///
    /// - Parameter hint: afterwards the place of the member behind the one that was found.
    public func member(_ name: StaticString, hint: inout MemberHint) -> Member? {
        let count = self.count
        let text = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        guard isObject, count > 0, tokens[self.index].names.mayContain(text) else { return nil }
        if hint.index == 0 || hint.ordinal >= count { hint = MemberHint(ordinal: 0, index: index + 1) }
        var (ordinal, index) = (hint.ordinal, hint.index)
        for _ in 0..<count {
            let found = node(index)
            let next = Int(tokens[index + 1].next)
            if found.isText(text) {
                hint = MemberHint(ordinal: ordinal + 1, index: next)
                return Member(ordinal: ordinal, name: found)
            }
            (ordinal, index) = ordinal + 1 < count ? (ordinal + 1, next) : (0, self.index + 1)
        }
        return nil
    }

    /// The place at which a search for a member begins.
    public struct MemberHint {
        var ordinal: Int
        /// The index of the name's token; 0 for the first member.
        var index: Int

        public init() { self.init(ordinal: 0, index: 0) }

        init(ordinal: Int, index: Int) {
            self.ordinal = ordinal
            self.index = index
        }
    }

    /// The value of the member of that name; nil where there is none, and for anything that is no object.
    public subscript(name: StaticString) -> JSONNode? {
        var hint = MemberHint()
        return member(name, hint: &hint)?.value
    }

    /// An object's members in the order in which they are written.
    public var members: [Member] {
        guard isObject else { return [] }
        var members: [Member] = []
        members.reserveCapacity(count)
        var index = self.index + 1
        for ordinal in 0..<count {
            members.append(Member(ordinal: ordinal, name: node(index)))
            index = Int(tokens[index + 1].next)
        }
        return members
    }

    /// An array's elements.
    public var elements: Elements { Elements(array: self) }

    public struct Elements: Sequence, IteratorProtocol {
        private let array: JSONNode
        private var remaining: Int
        private var index: Int

        init(array: JSONNode) {
            self.array = array
            remaining = array.isArray ? array.count : 0
            index = array.index + 1
        }

        public mutating func next() -> JSONNode? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            defer { index = array.node(index).end }
            return array.node(index)
        }
    }

    /// Tells whether the node is a string of this text, code unit by code unit.
    public func isText(_ text: StaticString) -> Bool {
        isText(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private func isText(_ text: UnsafeRawBufferPointer) -> Bool {
        let token = tokens[index]
        if token.kind == .string, !token.hasEscapes { return Self.areEqual(raw, text) }
        return withUTF8 { Self.areEqual($0, text) } ?? false
    }

    func isSameText(as other: JSONNode) -> Bool {
        withUTF8 { mine in other.withUTF8 { Self.areEqual(mine, $0) } ?? false } ?? false
    }

    private static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        for position in 0..<left.count where left[position] != right[position] { return false }
        return true
    }
}
