/// A part of an order's state that is an object in JSON: a line, a parcel, a scan.
///
/// The part declares each field once, in `visitFields`. The stored state, the answer to clients and the answer's schema
/// all come from that declaration, so that a new field is a property and one line.
protocol OrderPart: Sendable {
    /// A part whose fields are still to be read.
    static var blank: Self { get }

    /// The name of the part's schema in the API's description; nil for a schema that stands where it is used.
    static var schemaName: String? { get }

    /// A sentence for the part's schema.
    static var schemaNote: String? { get }

    /// The meanings of the part's fields, where they differ from the common ones.
    static var meanings: [String: String] { get }

    /// Passes each field to the visitor, in the order in which the fields are written.
    mutating func visitFields(_ visitor: inout some PartVisitor)

    /// Computes what follows from fields that have just been read.
    mutating func completeReading()
}

extension OrderPart {
    static var schemaName: String? { nil }

    static var schemaNote: String? { nil }

    static var meanings: [String: String] { [:] }

    mutating func completeReading() {}
}
