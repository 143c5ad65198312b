// Members of the object that is being written.
extension JSONWriter {
    /// Writes the name of the member whose value is written next. The name needs no escape.
    public mutating func key(_ name: StaticString) {
        let count = name.utf8CodeUnitCount
        // One growth of the array instead of five.
        guard count <= Self.composedKeyLength else { return longKey(name) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.composedKeyLength + 4) { composed in
            var end = 0
            if needsComma {
                composed[0] = UInt8(ascii: ",")
                end = 1
            }
            composed[end] = UInt8(ascii: "\"")
            for position in 0..<count { composed[end + 1 + position] = name.utf8Start[position] }
            composed[end + 1 + count] = UInt8(ascii: "\"")
            composed[end + 2 + count] = UInt8(ascii: ":")
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: composed[..<(end + 3 + count)]))
        }
        needsComma = false
    }

    /// The length of a name up to which its key is composed before it is appended.
    private static let composedKeyLength = 60

    private mutating func longKey(_ name: StaticString) {
        comma()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        colon()
    }

    /// Writes a word of a fixed set as the name of the next member.
    public mutating func key(word: some RawRepresentable<String>) {
        string(word.rawValue)
        colon()
    }

    public mutating func field(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    @inlinable
    public mutating func field(_ name: StaticString, _ number: some FixedWidthInteger) {
        key(name)
        integer(number)
    }

    public mutating func field(_ name: StaticString, _ flag: Bool) {
        key(name)
        bool(flag)
    }

    /// Writes a member; a nil text is left out.
    public mutating func field(_ name: StaticString, _ text: String?) {
        if let text { field(name, text) }
    }

    @inlinable
    public mutating func object(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        key(name)
        object(body)
    }

    @inlinable
    public mutating func array<Element>(
        _ name: StaticString,
        _ elements: some Sequence<Element>,
        _ body: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        array(elements, body)
    }
}
