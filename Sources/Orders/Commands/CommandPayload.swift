import StrictJSON

/// One command: its fields, and what an order answers to it. A new command is a type like this and a case of
/// `CommandName`.
protocol CommandPayload: Sendable {
    static var name: CommandName { get }

    /// Whether the report is worthless without the time at which it happened.
    static var needsOccurredAt: Bool { get }

    /// Reads the command's own fields; nil comes with an error in `fields`.
    static func read(_ fields: inout FieldReader) -> Self?

    /// Writes the command's own fields as they were given, without defaults, always in the same order.
    func write(_ writer: inout JSONWriter)

    /// What happens, or why nothing can.
    func decide(_ order: Order, at occurredAt: Timestamp) throws(Rejection) -> [OrderEvent]

    /// Whether there are arguments with which the order would accept the command now.
    static func isPossible(in order: Order) -> Bool
}

extension CommandPayload {
    static var needsOccurredAt: Bool { false }
}
