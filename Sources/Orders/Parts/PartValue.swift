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

extension [LineQuantity]: PartValue {
    static var partField: Field<[LineQuantity]> { .lines }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}

extension PartValue where Self: WireWord {
    static var partField: Field<Self> { .word }

    func write(_ name: StaticString, to writer: inout JSONWriter) { writer.field(name, self) }
}
