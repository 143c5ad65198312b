import StrictJSON

/// Units were put into a new parcel.
struct ParcelPacked: EventPayload {
    static let summaries: [EventType: String] = [.parcelPacked: "Units were put into a new parcel."]
    static let meanings = ["lines": "The packed units."]

    let parcelId: String
    let lines: [LineQuantity]

    var type: EventType { .parcelPacked }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("lines", lines)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ParcelPacked? {
        let parcelId = stored.data.required("parcelId", .identifier)
        guard let lines = stored.data.required("lines", .lines), let parcelId else { return nil }
        return ParcelPacked(parcelId: parcelId, lines: lines)
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.parcels.append(Parcel(parcelId: parcelId, lines: lines))
        order.updateUnits(ofParcelAt: order.parcels.count - 1, previousStatus: .void)
        order.resolveLosses()
    }
}
