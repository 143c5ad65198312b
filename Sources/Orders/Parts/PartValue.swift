import StrictJSON

/// A value that a field of an order's part can hold.
protocol PartValue: Sendable {
    /// Reads the value from the stored state, and describes the value in an answer.
    static var partField: Field<Self> { get }

    func write(_ name: StaticString, to writer: inout JSONWriter)
}

extension String: PartValue {
    static var partField: Field<String> { .partText }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}

extension Int: PartValue {
    static var partField: Field<Int> { .partQuantity }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}

extension Bool: PartValue {
    static var partField: Field<Bool> { .bool }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}

extension Timestamp: PartValue {
    static var partField: Field<Timestamp> { .time }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}

extension TimeWindow: PartValue {
    static var partField: Field<TimeWindow> { .window }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}

extension Money: PartValue {
    static var partField: Field<Money> { .money }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}

extension Place: PartValue {
    static var partField: Field<Place> { .place }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}

extension Proof: PartValue {
    static var partField: Field<Proof> { .proof }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}

/// A value of which a field of an order's part can hold a list.
protocol PartElement: Sendable {
    /// Reads a list from the stored state, and describes the list in an answer.
    static var listField: Field<[Self]> { get }

    static func write(_ name: StaticString, _ list: [Self], to writer: inout JSONWriter)
}

extension Array: PartValue where Element: PartElement {
    static var partField: Field<[Element]> { Element.listField }

    func write(_ name: StaticString, to writer: inout JSONWriter) { Element.write(name, self, to: &writer) }
}

extension LineQuantity: PartElement {
    static var listField: Field<[LineQuantity]> { .lines }

    static func write(_ name: StaticString, _ list: [LineQuantity], to writer: inout JSONWriter) {
        writer.field(name, list)
    }
}

extension String: PartElement {
    static var listField: Field<[String]> { .list(0...Int.max, of: .partText) }

    static func write(_ name: StaticString, _ list: [String], to writer: inout JSONWriter) {
        writer.array(name, list) { $0.string($1) }
    }
}

extension PartValue where Self: WireWord {
    static var partField: Field<Self> { .word }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}
