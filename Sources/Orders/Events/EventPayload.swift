import StrictJSON

/// A kind of event: the texts that it stores, and its effect on an order.
///
/// A new event is a type like this in a file of its own, and a case of `EventType`.
protocol EventPayload: Sendable, Equatable {
    /// Each event type that the payload serves, with one sentence on what happened.
    static var summaries: [EventType: String] { get }

    /// The meanings of the event's members, where they differ from the common ones.
    static var meanings: [String: String] { get }

    /// The steps that turn older layouts of the payload's types into today's.
    static var upcasters: [Upcaster] { get }

    /// The times at which events of this kind are hidden from customers.
    static var hiding: Hiding { get }

    var type: EventType { get }

    /// Tells whether this event is hidden from customers.
    var isHidden: Bool { get }

    /// Writes the members that customers may read.
    func writeData(_ writer: inout JSONWriter)

    /// Writes the members that are for staff only.
    func writeInternal(_ writer: inout JSONWriter)

    /// Reads the members that `writeData` and `writeInternal` have written.
    ///
    /// - Returns: nil with an error in `stored`.
    static func read(_ type: EventType, _ stored: inout StoredFields) -> Self?

    /// The member of `data` that has one value in all events of the type; nil for a type that has none.
    static func constant(of type: EventType) -> ConstantMember?

    /// Changes the order. Never traps and never breaks the identity of units, whatever the event says.
    func evolve(_ order: inout Order, at occurredAt: Timestamp)
}

extension EventPayload {
    static var meanings: [String: String] { [:] }

    static var upcasters: [Upcaster] { [] }

    static var hiding: Hiding { .never }

    var isHidden: Bool { false }

    func writeData(_ writer: inout JSONWriter) {}

    func writeInternal(_ writer: inout JSONWriter) {}

    static func constant(of type: EventType) -> ConstantMember? { nil }

    func isEqual(to other: any EventPayload) -> Bool {
        (other as? Self) == self
    }
}
