import StrictJSON

/// Units were put into a new parcel.
struct ParcelPacked: EventPayload {
    static let summaries: [EventType: String] = [.parcelPacked: "Units were put into a new parcel."]
    static let meanings = PackParcel.meanings.merging(["lines": "The packed units."]) { $1 }

    let parcelId: String
    let lines: [LineQuantity]
    var kind = ParcelKind.shipped
    var tracking = Tracking()
    var pickupPlace: Place?
    var origin: Place?

    static let upcasters = [
        // Schema 2 always carries `kind`.
        Upcaster(type: .parcelPacked, from: 1) { ($0, $1) }
    ]

    var type: EventType { .parcelPacked }

    func writeData(_ writer: inout JSONWriter) {
        writer.field("parcelId", parcelId)
        writer.field("lines", lines)
        writer.field("kind", kind)
        tracking.write(&writer)
        writer.field("pickupPlace", pickupPlace)
        writer.field("origin", origin)
    }

    static func read(_ type: EventType, _ stored: inout StoredFields) -> ParcelPacked? {
        let parcelId = stored.data.required("parcelId", .identifier)
        let lines = stored.data.required("lines", .lines)
        let kind: ParcelKind? = stored.data.optional("kind", .word)
        let tracking = Tracking.read(stored: &stored.data)
        let pickupPlace = stored.data.optional("pickupPlace", .place)
        let origin = stored.data.optional("origin", .place)
        guard let parcelId, let lines else { return nil }
        return ParcelPacked(
            parcelId: parcelId,
            lines: lines,
            kind: kind ?? .shipped,
            tracking: tracking,
            pickupPlace: pickupPlace,
            origin: origin
        )
    }

    func evolve(_ order: inout Order, at occurredAt: Timestamp) {
        order.parcels.append(
            Parcel(
                parcelId: parcelId,
                lines: lines,
                kind: kind,
                tracking: tracking,
                pickupPlace: pickupPlace,
                origin: origin,
                packedAt: occurredAt,
                packedWith: order.version
            )
        )
        order.updateUnits(ofParcelAt: order.parcels.count - 1)
        order.resolveLosses()
    }
}
