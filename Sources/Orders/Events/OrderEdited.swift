import StrictJSON

/// Lines, amounts or fees of the order were changed.
struct OrderEdited: EventPayload {
    static let summaries: [EventType: String] = [
        .orderEdited:
            "The order was edited; `data` holds what changed, as it is now, and the old and new total and due."
    ]
    static let meanings = [
        "lines": "The lines that changed or are new, each whole.",
        "oldTotal": "The total before the edit.",
        "newTotal": "The total after the edit.",
        "oldDue": "The amount that was due before the edit.",
        "newDue": "The amount that is due after the edit.",
    ]

    /// The changed lines; empty where no line changed.
    let lines: [PlacedLine]
    var shipping: Money?
    var tax: Money?
    var discount: Money?
    var fees: [Fee]?
    let oldTotal: Money
    let newTotal: Money
    let oldDue: Money
    let newDue: Money

    var type: EventType { .orderEdited }

    func writeData(_ writer: inout JSONWriter) {
        if !lines.isEmpty { writer.array("lines", lines) { writer, line in writer.object { line.write(&$0) } } }
        if let shipping { writer.field("shipping", shipping) }
        if let tax { writer.field("tax", tax) }
        if let discount { writer.field("discount", discount) }
        if let fees { writer.field("fees", fees) }
        writer.field("oldTotal", oldTotal)
        writer.field("newTotal", newTotal)
        writer.field("oldDue", oldDue)
        writer.field("newDue", newDue)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> OrderEdited? {
        let lines = stored.data.optional("lines", .placedLines(in: nil))
        let shipping = stored.data.optional("shipping", .money)
        let tax = stored.data.optional("tax", .money)
        let discount = stored.data.optional("discount", .money)
        let fees = stored.data.optional("fees", .fees(in: nil))
        let oldTotal = stored.data.required("oldTotal", .money)
        let newTotal = stored.data.required("newTotal", .money)
        let oldDue = stored.data.required("oldDue", .money)
        let newDue = stored.data.required("newDue", .money)
        guard let oldTotal, let newTotal, let oldDue, let newDue else { return nil }
        return OrderEdited(
            lines: lines ?? [],
            shipping: shipping,
            tax: tax,
            discount: discount,
            fees: fees,
            oldTotal: oldTotal,
            newTotal: newTotal,
            oldDue: oldDue,
            newDue: newDue
        )
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.edit(lines: lines, shipping: shipping, tax: tax, discount: discount, fees: fees)
        order.total = newTotal.amount
        order.payment.setDue(newDue.amount)
        order.editCount += 1
    }
}

extension Order {
    /// Replaces what an edit names: lines by id, new ones at the end.
    mutating func edit(lines: [PlacedLine], shipping: Money?, tax: Money?, discount: Money?, fees: [Fee]?) {
        let index = lineIndex
        for line in lines {
            if let position = index[line.lineId] {
                self.lines[position] = self.lines[position].edited(line)
            } else {
                self.lines.append(OrderLine(line))
            }
        }
        if let shipping { self.shipping = shipping.amount }
        if let tax { self.tax = tax.amount }
        if let discount { self.discount = discount.amount }
        if let fees { self.fees = fees }
    }
}
