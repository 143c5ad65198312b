/// A customer's report that units of a parcel were missing, damaged or wrong.
package struct Claim: Sendable, Equatable {
    package private(set) var claimId: String
    package private(set) var parcelId: String
    package private(set) var lines: [LineQuantity]
    package private(set) var kind: ShortageKind
    package private(set) var note: String?
    /// Tells whether units are open again through the claim, and nothing was packed or cancelled since.
    package internal(set) var isUnresolved = false

    init(claimId: String, parcelId: String, lines: [LineQuantity], kind: ShortageKind, note: String?) {
        self.claimId = claimId
        self.parcelId = parcelId
        self.lines = lines
        self.kind = kind
        self.note = note
    }

    /// The names of the fields in which another report under the same id differs. The time is not compared.
    func differences(from other: Claim) -> [String] {
        var names: [String] = []
        if parcelId != other.parcelId { names.append("parcelId") }
        if lines != other.lines { names.append("lines") }
        if kind != other.kind { names.append("kind") }
        if note != other.note { names.append("note") }
        return names
    }
}

extension Claim: OrderPart {
    static var blank: Claim { Claim(claimId: "", parcelId: "", lines: [], kind: .missing, note: nil) }

    mutating func visitFields(_ visitor: inout some PartVisitor) {
        visitor.field("claimId", &claimId)
        visitor.field("parcelId", &parcelId)
        visitor.field("lines", &lines)
        visitor.field("kind", &kind)
        visitor.field("note", &note, as: .partTextOrEmpty, for: .everyone)
        visitor.flag("unresolved", &isUnresolved)
    }
}
