/// One arrival of returned goods.
package struct Receipt: Sendable, Equatable {
    package private(set) var receiptId: String
    package private(set) var lines: [ReceivedLine]
    /// Tells whether nothing more of the return is expected.
    package private(set) var isComplete: Bool
    /// The amount that the shop said to take off what is due; nil where it left that to Waybill.
    package private(set) var saidReduction: Money?

    init(receiptId: String, lines: [ReceivedLine], isComplete: Bool, saidReduction: Money?) {
        self.receiptId = receiptId
        self.lines = lines
        self.isComplete = isComplete
        self.saidReduction = saidReduction
    }

    /// The names of the fields in which another report under the same id differs. The time is not compared.
    func differences(from other: Receipt) -> [String] {
        var names: [String] = []
        if lines != other.lines { names.append("lines") }
        if isComplete != other.isComplete { names.append("complete") }
        if saidReduction != other.saidReduction { names.append("reduction") }
        return names
    }
}

extension Receipt: OrderPart {
    static var blank: Receipt { Receipt(receiptId: "", lines: [], isComplete: true, saidReduction: nil) }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("receiptId", &receiptId)
        visitor.field("lines", &lines)
        visitor.flag("complete", &isComplete)
        visitor.field("reduction", &saidReduction)
    }
}
