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

extension ReceivedLine: PartElement {
    static var listField: Field<[ReceivedLine]> { .receivedSoFar }

    static func write(_ name: StaticString, _ list: [ReceivedLine], to writer: inout JSONWriter) {
        writer.field(name, list)
    }
}

extension [ReceivedLine] {
    /// The units by line and condition, each once, in the order of their first arrival.
    var addedUp: [ReceivedLine] {
        var result: [ReceivedLine] = []
        for line in self {
            if let index = result.firstIndex(where: { $0.lineId == line.lineId && $0.condition == line.condition }) {
                let sum = result[index].quantity + line.quantity
                result[index] = ReceivedLine(lineId: line.lineId, quantity: sum, condition: line.condition)
            } else {
                result.append(line)
            }
        }
        return result
    }

    /// The units by line, whatever their condition, in the order of the lines.
    var byLine: [LineQuantity] {
        var result: [LineQuantity] = []
        for line in self {
            if let index = result.firstIndex(where: { $0.lineId == line.lineId }) {
                result[index] = LineQuantity(lineId: line.lineId, quantity: result[index].quantity + line.quantity)
            } else {
                result.append(LineQuantity(lineId: line.lineId, quantity: line.quantity))
            }
        }
        return result
    }
}
