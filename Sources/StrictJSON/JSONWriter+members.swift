// Members of the object that is being written.
extension JSONWriter {
    /// Writes the name of the member whose value is written next. The name needs no escape.
    public mutating func key(_ name: StaticString) {
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
