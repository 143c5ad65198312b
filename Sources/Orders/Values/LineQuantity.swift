import StrictJSON

/// So many units of one line.
package struct LineQuantity: Sendable, Hashable {
    package let lineId: String
    package let quantity: Int

    package init(lineId: String, quantity: Int) {
        self.lineId = lineId
        self.quantity = quantity
    }
}

/// The state in which returned goods arrived.
package enum Condition: String, Sendable, CaseIterable {
    case sellable, damaged
}

/// So many units of one line that came back.
package struct ReceivedLine: Sendable, Hashable {
    package let lineId: String
    package let quantity: Int
    package let condition: Condition
}

extension JSONWriter {
    mutating func field(_ name: StaticString, _ lines: [LineQuantity]) {
        array(name, lines) { writer, line in
            writer.object { writer in
                writer.field("lineId", line.lineId)
                writer.field("quantity", line.quantity)
            }
        }
    }

    mutating func field(_ name: StaticString, _ lines: [ReceivedLine]) {
        array(name, lines) { writer, line in
            writer.object { writer in
                writer.field("lineId", line.lineId)
                writer.field("quantity", line.quantity)
                writer.field("condition", line.condition)
            }
        }
    }

    mutating func field(_ name: StaticString, _ word: some RawRepresentable<String>) {
        field(name, word.rawValue)
    }
}
