/// The names of one object while it is scanned: tells when one comes a second time. Names are equal when their code units
/// are, however they are written.
struct JSONNames {
    private(set) var count = 0
    /// The token of the first name.
    private let first: Int
    /// Kept for large objects only; small ones are searched faster than hashed.
    private var index: Set<[UInt8]> = []

    private static let indexedFrom = 24

    init(first: Int) { self.first = first }

    /// - Parameter name: the token of a name that has just been scanned, the last one so far.
    /// - Returns: false when the object has it already.
    mutating func insert(_ name: Int, _ bytes: UnsafeRawBufferPointer, _ tokens: UnsafePointer<JSONToken>) -> Bool {
        defer { count += 1 }
        let node = JSONNode(bytes: bytes, tokens: tokens, index: name)
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
