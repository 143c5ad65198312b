/// A filter of an object's names, with one of 64 bits for each name: it proves of most other names that the object
/// lacks them. An object has few names, and a reader asks for many that are left out.
struct JSONNameMask {
    private var low: UInt32 = 0
    private var high: UInt32 = 0

    /// Adds a name.
    ///
    /// - Parameters:
    ///   - name: the name's bytes as they are written.
    ///   - hasEscapes: the bytes differ from the name, which may then be any.
    /// - Returns: false when the object may have the name already.
    mutating func insert(_ name: UnsafeRawBufferPointer, hasEscapes: Bool) -> Bool {
        let bits = hasEscapes ? .max : Self.bit(of: name)
        let isNew = self.bits & bits == 0
        self.bits |= bits
        return isNew
    }

    /// Tells whether a name may be among those that were added.
    func mayContain(_ name: UnsafeRawBufferPointer) -> Bool { bits & Self.bit(of: name) != 0 }

    /// Two halves, so that a token is aligned to four bytes.
    private var bits: UInt64 {
        get { UInt64(high) << 32 | UInt64(low) }
        set {
            low = UInt32(truncatingIfNeeded: newValue)
            high = UInt32(truncatingIfNeeded: newValue >> 32)
        }
    }

    @inline(__always)
    private static func bit(of name: UnsafeRawBufferPointer) -> UInt64 {
        guard let first = name.first, let last = name.last else { return 1 }
        let middle = name[name.count / 2]
        let mixed = UInt32(first) &* 31 &+ UInt32(last) &* 17 &+ UInt32(middle) &* 7 &+ UInt32(name.count) &* 3
        return 1 << UInt64(mixed & 63)
    }
}
