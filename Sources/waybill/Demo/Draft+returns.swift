import StrictJSON

/// The commands about a simulated order's returns.
extension Draft {
    var requestReturn: Journey.Step {
        Journey.Step(path: "request-return") { writer in
            writer.field("returnId", "r1")
            write(["l1", "l2"], &writer)
            writer.field("reason", "It does not suit the room")
        }
    }

    func decideReturn(_ approve: Bool) -> Journey.Step {
        Journey.Step(path: "decide-return") { writer in
            writer.field("returnId", "r1")
            writer.field("approve", approve)
            writer.field("note", approve ? "A label is in your mail" : "Past the return period")
        }
    }

    /// Goods on the dock: all units of the lines.
    ///
    /// - Parameters:
    ///   - reduction: the amount by which due falls; nil for the worth of the units.
    ///   - box: the receipt's id where the goods come in several boxes.
    ///   - isComplete: nothing more is expected.
    func receiveReturn(
        _ condition: String = "sellable",
        lines: [String] = ["l1", "l2"],
        reduction: Int? = nil,
        box: String? = nil,
        isComplete: Bool = true
    ) -> Journey.Step {
        Journey.Step(path: "receive-return") { [self] writer in
            writer.field("returnId", "r1")
            writer.field("receiptId", box)
            writer.array("lines", lines) { writer, line in
                writer.object { writer in
                    writer.field("lineId", line)
                    writer.field("quantity", quantity(of: line))
                    writer.field("condition", condition)
                }
            }
            if let reduction { writer.amounts([("reduction", reduction)], self) }
            writer.field("complete", isComplete)
        }
    }
}
