import StrictJSON

/// A number of units of one line.
package struct LineQuantity: Sendable, Hashable {
    package let lineId: String
    package let quantity: Int

    package init(lineId: String, quantity: Int) {
        self.lineId = lineId
        self.quantity = quantity
    }
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
}
