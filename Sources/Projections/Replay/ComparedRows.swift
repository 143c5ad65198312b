/// The rows that the events up to one of them cause in tables without versions, as a replay has compared them.
package struct ComparedRows: Sendable {
    /// The number of that event.
    var through: Int64 = 0
    /// The number of rows that the tables must have.
    var expected = 0
    /// The number of those rows that the tables have.
    var stored = 0

    var isComplete: Bool { stored == expected }

    static func += (left: inout ComparedRows, right: ComparedRows) {
        left.through = max(left.through, right.through)
        left.expected += right.expected
        left.stored += right.stored
    }
}
