import StrictJSON

/// A number of units of one line that came back in one condition.
package struct ReceivedLine: Sendable, Hashable {
    package let lineId: String
    package let quantity: Int
    package let condition: Condition
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ lines: [ReceivedLine]) {
        array(name, lines) { writer, line in
            writer.object { writer in
                writer.field("lineId", line.lineId)
                writer.field("quantity", line.quantity)
                writer.field("condition", line.condition)
            }
        }
    }
}
