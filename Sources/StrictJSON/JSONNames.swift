/// The names of one object during its scan, to detect a name that comes twice. Names are equal when their code units
/// are, with or without escapes.
struct JSONNames {
    private(set) var count = 0
    private(set) var mask = JSONNameMask()
    /// The index of the first name's token.
    private let first: Int
    /// The names of a large object; empty for a small one, where a search is faster than a hash.
    private var index: Set<[UInt8]> = []

    private static let indexedFrom = 24

    init(first: Int) { self.first = first }

    /// Adds a name.
    ///
    /// - Parameter name: the index of the token of the name that was scanned last.
    /// - Returns: false when the object has the name already.
    mutating func insert(_ name: Int, _ bytes: UnsafeRawBufferPointer, _ tokens: UnsafePointer<JSONToken>) -> Bool {
        defer { count += 1 }
        let node = JSONNode(bytes: bytes, tokens: tokens, index: name)
        let isSurelyNew = mask.insert(node.raw, hasEscapes: tokens[name].hasEscapes)
        if isSurelyNew, count < Self.indexedFrom { return true }
        if count >= Self.indexedFrom {
            if count == Self.indexedFrom { forEach(tokens) { index.insert(Self.codeUnits(bytes, tokens, $0)) } }
            return index.insert(Self.codeUnits(bytes, tokens, name)).inserted
        }
        var isNew = true
        forEach(tokens) { other in
            if JSONNode(bytes: bytes, tokens: tokens, index: other).isSameText(as: node) { isNew = false }
        }
        return isNew
    }

    private func forEach(_ tokens: UnsafePointer<JSONToken>, _ body: (Int) -> Void) {
        var name = first
        for _ in 0..<count {
            body(name)
            name = Int(tokens[name + 1].next)
        }
    }

    private static func codeUnits(
        _ bytes: UnsafeRawBufferPointer,
        _ tokens: UnsafePointer<JSONToken>,
        _ index: Int
    ) -> [UInt8] {
        Array((JSONNode(bytes: bytes, tokens: tokens, index: index).string ?? "").utf8)
    }
}
