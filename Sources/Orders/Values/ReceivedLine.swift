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
        var (result, places): ([ReceivedLine], [Key: Int]) = ([], [:])
        for line in self {
            let key = Key(lineId: line.lineId, condition: line.condition)
            if let place = places[key] {
                let sum = result[place].quantity + line.quantity
                result[place] = ReceivedLine(lineId: line.lineId, quantity: sum, condition: line.condition)
            } else {
                places[key] = result.count
                result.append(line)
            }
        }
        return result
    }

    /// The units by line, whatever their condition, in the order of the lines.
    var byLine: [LineQuantity] {
        var (result, places): ([LineQuantity], [String: Int]) = ([], [:])
        for line in self {
            if let place = places[line.lineId] {
                result[place] = LineQuantity(
                    lineId: line.lineId,
                    quantity: result[place].quantity + line.quantity
                )
            } else {
                places[line.lineId] = result.count
                result.append(LineQuantity(lineId: line.lineId, quantity: line.quantity))
            }
        }
        return result
    }

    private struct Key: Hashable {
        let lineId: String
        let condition: Condition
    }
}
