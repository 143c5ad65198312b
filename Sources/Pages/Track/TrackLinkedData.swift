import Orders
import StrictJSON

/// The order for programs that read pages: schema.org's Order with a ParcelDelivery for each parcel, as JSON-LD.
enum TrackLinkedData {
    /// JSON that is safe within a `script` element: without `<`, `>` and `&`.
    static func text(of tracked: TrackedOrder, shop: String) -> String {
        let order = tracked.order
        let json = JSONWriter.object { writer in
            writer.field("@context", "https://schema.org")
            writer.field("@type", "Order")
            writer.field("orderNumber", order.number)
            writer.field("orderStatus", order.headline.schemaOrg)
            writer.field("orderDate", order.placedAt.rfc3339)
            writer.object("seller") { writer in
                writer.field("@type", "Organization")
                writer.field("name", shop)
            }
            writer.array("orderedItem", order.lines) { writer, line in
                writer.object { writer in
                    writer.field("@type", "OrderItem")
                    writer.field("orderQuantity", line.quantity)
                    writer.object("orderedItem") { writer in
                        writer.field("@type", "Product")
                        writer.field("name", line.name)
                    }
                }
            }
            writer.array("orderDelivery", tracked.parcels) { writer, parcel in
                writer.object { delivery(parcel, of: tracked, &$0) }
            }
        }
        // By scalars: a combining mark would make another character of a sign.
        return String(decoding: json, as: UTF8.self).unicodeScalars.reduce(into: "") { safe, scalar in
            switch scalar {
            case "<": safe += "\\u003c"
            case ">": safe += "\\u003e"
            case "&": safe += "\\u0026"
            default: safe.unicodeScalars.append(scalar)
            }
        }
    }

    private static func delivery(_ parcel: TrackedParcel, of tracked: TrackedOrder, _ writer: inout JSONWriter) {
        writer.field("@type", "ParcelDelivery")
        writer.field("trackingNumber", parcel.parcel.tracking.trackingNumber)
        writer.field("trackingUrl", CarrierPage.address(of: parcel.parcel.tracking))
        if let carrier = parcel.parcel.tracking.carrier {
            writer.object("provider") { writer in
                writer.field("@type", "Organization")
                writer.field("name", CarrierPage.name(of: carrier))
            }
        }
        if let expected = parcel.expected, parcel.isComing {
            writer.field("expectedArrivalFrom", expected.earliest.rfc3339)
            writer.field("expectedArrivalUntil", expected.latest.rfc3339)
        }
        writer.array("itemShipped", parcel.parcel.lines) { writer, line in
            writer.object { writer in
                writer.field("@type", "Product")
                writer.field("name", tracked.line(line.lineId)?.name ?? line.lineId)
            }
        }
        if let scan = parcel.lastScan {
            writer.object("deliveryStatus") { writer in
                writer.field("@type", "DeliveryEvent")
                writer.field("name", scan.code.rawValue)
                writer.field("startDate", scan.occurredAt.rfc3339)
            }
        }
    }
}
