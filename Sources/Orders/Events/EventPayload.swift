import StrictJSON

/// One kind of event: what it says to whom, and what it does to an order. A new event is a type like this and a case of
/// `EventType`.
protocol EventPayload: Sendable, Equatable {
    var type: EventType { get }

    /// Whether customers do not learn of it at all.
    var isHidden: Bool { get }

    /// Whether `isHidden` can be.
    static var hiding: Hiding { get }

    /// Writes the members that customers may read.
    func writeData(_ writer: inout JSONWriter)

    /// Writes the members that are for staff only.
    func writeInternal(_ writer: inout JSONWriter)

    /// Reads what the two have written; nil comes with an error in `stored`.
    static func read(_ type: EventType, _ stored: inout StoredFields) -> Self?

    /// Changes the order. Never traps and never breaks the identity of units, whatever the event says.
    func evolve(_ order: inout Order, at occurredAt: Timestamp)
}

extension EventPayload {
    var isHidden: Bool { false }

    static var hiding: Hiding { .never }

    func writeData(_ writer: inout JSONWriter) {}

    func writeInternal(_ writer: inout JSONWriter) {}

    func isEqual(to other: any EventPayload) -> Bool {
        (other as? Self) == self
    }
}

/// When events of a kind are hidden from customers.
package enum Hiding: Sendable {
    case never, sometimes, always
}

/// The columns of a stored event from which its payload is read.
struct StoredFields {
    var data: FieldReader
    var `internal`: FieldReader
    let columns: StoredColumns
}

/// What an event's payload takes from beside its texts.
struct StoredColumns {
    let occurredAt: Timestamp
    let number: String
    let shop: String
    let customer: String
}
