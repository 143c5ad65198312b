import StrictJSON

/// A command: its fields, and an order's answer to it.
///
/// A new command is a type like this in a file of its own, and a case of `CommandName`.
protocol CommandPayload: Sendable {
    static var name: CommandName { get }

    /// The last part of `POST /v1/orders/{id}/…`; empty for `placeOrder`.
    static var path: String { get }

    /// One sentence on what the command does, for the API's description.
    static var summary: String { get }

    /// The meanings of the command's fields, where they differ from the common ones.
    static var meanings: [String: String] { get }

    /// Tells whether the command reports what already happened in the world, and so is never refused for being late or
    /// surprising.
    static var isFact: Bool { get }

    /// Tells whether backends alone may give the command: what carriers and payment providers report.
    static var isForBackendsOnly: Bool { get }

    /// Tells whether an order that has reached a bound of its size still takes the command, because it ends something.
    static var passesBounds: Bool { get }

    /// Tells whether the command must say when it happened. A report without its time would be worthless.
    static var needsOccurredAt: Bool { get }

    /// Reads the command's own fields.
    ///
    /// - Returns: nil with an error in `fields`.
    static func read(_ fields: inout FieldReader) -> Self?

    /// Writes the command's own fields as they were given, without defaults, always in the same order.
    func write(_ writer: inout JSONWriter)

    /// The events that the command brings about; none where a fact is known already.
    ///
    /// - Throws: the order's refusal.
    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent]

    /// Tells whether the order would accept the command now with some arguments.
    static func isPossible(in order: Order) -> Bool
}

extension CommandPayload {
    static var meanings: [String: String] { [:] }

    static var isFact: Bool { false }

    static var isForBackendsOnly: Bool { false }

    static var passesBounds: Bool { false }

    static var needsOccurredAt: Bool { false }
}
